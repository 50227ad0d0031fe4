import { type Actor, decideAccess } from '@modelbox/domain';
import { type Permission, permissionsOf, type Route, VIEWS } from '@modelbox/schema';
import type { z } from 'zod';
import { partsOf } from '../protocol/schema-parts.ts';

interface Shape {
  readonly isList: boolean;
  /**
   * The field with the object's own namespace. Undefined if the object has no such field: it then belongs to the
   * namespace of the surrounding object.
   */
  readonly namespaceField: string | undefined;
  readonly restricted: readonly RestrictedField[];
  readonly inner: readonly (readonly [field: string, shape: Shape])[];
}

interface RestrictedField {
  readonly field: string;
  readonly permissions: readonly Permission[];
  /** The value to show instead; undefined: the field is omitted. */
  readonly empty: unknown;
}

type Body = Record<string, unknown>;

/** Removes from the answers of a route what the caller may not see. */
export interface RouteView {
  show(answer: { actor: Actor; status: number; body: unknown; namespace: string }): unknown;
  showsAll(actor: Actor, namespace: string): boolean;
}

export function viewOf(route: Route): RouteView {
  const shapes = new Map(
    Object.entries(route.answers).flatMap(([status, answer]) => {
      const shape = typeof answer === 'string' ? undefined : shapeOf(answer);
      return shape ? [[Number(status), shape] as const] : [];
    }),
  );
  const needed = [...new Set([...shapes.values()].flatMap(permissionsIn))];
  const showsAll = (actor: Actor, namespace: string) =>
    actor.grants === 'all' ||
    needed.every((permission) => decideAccess(actor, permission, namespace) === 'allowed');
  return {
    showsAll,
    show({ actor, status, body, namespace }) {
      const shape = shapes.get(status);
      if (actor.grants === 'all' || shape === undefined) return body;
      const whole = new Map<string, boolean>();
      const seesAll = (path: string) => {
        const known = whole.get(path) ?? showsAll(actor, path);
        whole.set(path, known);
        return known;
      };
      return shown(shape, actor, body, namespace, seesAll);
    },
  };
}

function shown(
  shape: Shape,
  actor: Actor,
  value: unknown,
  around: string,
  seesAll: (namespace: string) => boolean,
): unknown {
  if (value === null || value === undefined) return value;
  if (shape.isList)
    return (value as unknown[]).map((item) =>
      shown({ ...shape, isList: false }, actor, item, around, seesAll),
    );
  const body = value as Body;
  const namespace = shape.namespaceField === undefined ? around : String(body[shape.namespaceField]);
  // Objects within an object that has a namespace lie in the same namespace.
  if (shape.namespaceField !== undefined && seesAll(namespace)) return body;
  const result: Body = { ...body };
  const unseen = shape.restricted.filter(({ permissions }) =>
    permissions.some((permission) => decideAccess(actor, permission, namespace) !== 'allowed'),
  );
  for (const { field, empty } of unseen) {
    if (empty === undefined) delete result[field];
    else result[field] = empty;
  }
  for (const [field, inner] of shape.inner) {
    if (!unseen.some((each) => each.field === field))
      result[field] = shown(inner, actor, result[field], namespace, seesAll);
  }
  if (unseen.length > 0) result['hidden'] = unseen.map(({ field }) => field);
  return result;
}

function shapeOf(schema: z.ZodType): Shape | undefined {
  const def = partsOf(schema);
  if (def.type === 'nullable' || def.type === 'optional') return def.innerType && shapeOf(def.innerType);
  if (def.type === 'array') {
    const item = def.element && shapeOf(def.element);
    return item && { ...item, isList: true };
  }
  if (def.type !== 'object') return undefined;
  const fields = Object.entries(def.shape ?? {});
  const view = VIEWS[schema.meta()?.id ?? ''];
  const restricted = fields.flatMap(([field, inner]) => {
    const permissions = view ? permissionsOf(view, field) : [];
    return permissions.length === 0 ? [] : [{ field, permissions, empty: emptyOf(inner) }];
  });
  const inner = fields.flatMap(([field, schema]) => {
    const shape = shapeOf(schema);
    return shape ? [[field, shape] as const] : [];
  });
  if (restricted.length === 0 && inner.length === 0) return undefined;
  const names = view === undefined ? [] : fields.map(([field]) => field);
  const namespaceField = ['namespace', 'path'].find((name) => names.includes(name));
  return { isList: false, namespaceField, restricted, inner };
}

const EMPTY: Readonly<Record<string, unknown>> = {
  nullable: null,
  optional: undefined,
  array: [],
  object: {},
  record: {},
  number: 0,
  boolean: false,
  string: '',
};

function emptyOf(schema: z.ZodType): unknown {
  const { type } = partsOf(schema);
  if (!(type in EMPTY))
    throw new Error(`no empty value is defined for fields of type ${type}: add one to EMPTY`);
  return EMPTY[type];
}

const permissionsIn = ({ restricted, inner }: Shape): Permission[] => [
  ...restricted.flatMap(({ permissions }) => permissions),
  ...inner.flatMap(([, shape]) => permissionsIn(shape)),
];

/** Returns the members of a stored object that a merge patch names, at every depth. */
export function echoOf(patch: unknown, stored: unknown): unknown {
  if (!isObject(patch) || !isObject(stored)) return stored;
  return Object.fromEntries(
    Object.entries(patch).flatMap(([key, value]) =>
      Object.hasOwn(stored, key) ? [[key, echoOf(value, stored[key])]] : [],
    ),
  );
}

const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

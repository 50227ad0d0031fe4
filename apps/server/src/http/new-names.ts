import { faultInNewName } from '@modelbox/domain';
import { type FieldError, newNames } from '@modelbox/schema';
import type { z } from 'zod';
import { invalid, pointerOf } from '../protocol/problem.ts';
import { partsOf } from '../protocol/schema-parts.ts';

type Found = (value: string, path: readonly PropertyKey[]) => void;
type Walk = (value: unknown, path: readonly PropertyKey[], found: Found) => void;

/**
 * Compiles the check of new names in a body. The check throws 422 and lists each name with an invisible character.
 * @param schema schema of the body; the registry `newNames` marks fields that give a name.
 */
export function newNamesIn(schema: z.ZodType): ((body: unknown) => void) | undefined {
  const walk = walkOf(schema);
  if (walk === undefined) return undefined;
  return (body) => {
    const errors: FieldError[] = [];
    walk(body, [], (text, path) => {
      const message = faultInNewName(text);
      if (message !== undefined) errors.push({ in: 'body', pointer: pointerOf(path), message });
    });
    if (errors.length > 0) throw invalid(errors);
  };
}

function walkOf(schema: z.ZodType): Walk | undefined {
  if (newNames.get(schema) !== undefined)
    return (value, path, found) => {
      if (typeof value === 'string') found(value, path);
    };
  const definition = partsOf(schema);
  switch (definition.type) {
    case 'optional':
    case 'nullable':
    case 'default':
      return definition.innerType && walkOf(definition.innerType);
    case 'array':
      return definition.element && items(walkOf(definition.element));
    case 'object':
      return members(definition.shape ?? {});
    case 'record':
      return entries(
        definition.keyType && walkOf(definition.keyType),
        definition.valueType && walkOf(definition.valueType),
      );
    case 'union': {
      const options = (definition.options ?? []).flatMap((option) => walkOf(option) ?? []);
      if (options.length === 0) return undefined;
      // Each walk ignores values of another form.
      return (value, path, found) => {
        for (const option of options) option(value, path, found);
      };
    }
    default:
      return undefined;
  }
}

const items = (item: Walk | undefined): Walk | undefined =>
  item &&
  ((value, path, found) => {
    if (!Array.isArray(value)) return;
    for (const [index, each] of value.entries()) item(each, [...path, index], found);
  });

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function members(shape: Record<string, z.ZodType>): Walk | undefined {
  const walks = Object.entries(shape).flatMap(([name, schema]) => {
    const walk = walkOf(schema);
    return walk === undefined ? [] : [[name, walk] as const];
  });
  if (walks.length === 0) return undefined;
  return (value, path, found) => {
    if (!isObject(value)) return;
    for (const [name, walk] of walks)
      if (Object.hasOwn(value, name)) walk(value[name], [...path, name], found);
  };
}

function entries(key: Walk | undefined, item: Walk | undefined): Walk | undefined {
  if (key === undefined && item === undefined) return undefined;
  return (value, path, found) => {
    if (!isObject(value)) return;
    for (const [name, each] of Object.entries(value)) {
      key?.(name, [...path, name], found);
      item?.(each, [...path, name], found);
    }
  };
}

import {
  decideAccess,
  isUuid,
  parseName,
  parseNamespace,
  parseQualifiedName,
  parseReference,
} from '@modelbox/domain';
import { type ObjectKind, REFS, type ReferableKind, type Route, type Touch } from '@modelbox/schema';
import { locate } from '../../core/names/locate.ts';
import { demandVisible } from '../../core/objects/new-name.ts';
import { deleted } from '../../core/objects/store.ts';
import { uniqueBy } from '../../core/objects/unique.ts';
import { mayTakeRoot } from '../../core/writes/root-namespaces.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located, Place, Touched } from '../../protocol/located.ts';
import { HttpProblem, invalidField } from '../../protocol/problem.ts';
import { touchContents } from './contents.ts';
import { isGiven, type Mention, mentions, whereOf } from './mentions.ts';

/** Whether the touch depends on the body, so that it can run only after the body is parsed. */
export const isInBody = ({ at, when }: Touch): boolean =>
  at.startsWith('body.') || when?.startsWith('body.') === true;

/**
 * Locates the objects that a request names, and checks the permission on each. Adds them to `touched`; `under` refers
 * to earlier ones.
 * @throws HttpProblem not_found: 404 if an object is missing or hidden; forbidden: 403 if it is visible but the
 *   permission is missing
 */
export async function touch(
  ctx: RequestContext,
  touches: Route['touches'],
  { input, touched }: { input: Record<string, unknown>; touched: Touched },
): Promise<void> {
  const locateOnce = locator(ctx);
  for (const [name, declared] of Object.entries(touches)) {
    const under =
      declared.under === undefined ? undefined : (touched[declared.under]?.[0] as Located | undefined);
    const all = isGiven(declared.when, input) ? mentions(declared.at, input) : [];
    const named = uniqueBy(all, ({ text }) => text);
    if (named.length > MOST) throw tooMany(declared, named);
    touched[name] = isOfObject(declared)
      ? await touchObjects({ ctx, locateOnce, declared, under }, named)
      : await touchContents(ctx, declared, all);
  }
}

type ObjectTouch = Touch & { readonly kind: ObjectKind };
const isOfObject = (declared: Touch): declared is ObjectTouch => declared.kind !== 'content';

/** Locates each object once, even if the route needs several permissions on it. */
function locator(ctx: RequestContext): typeof locate {
  const found = new Map<string, Promise<Located | undefined>>();
  return (_, kind, text, under) => {
    const key = `${kind} ${under?.id} ${text}`;
    const located = found.get(key) ?? locate(ctx, kind, text, under);
    found.set(key, located);
    return located;
  };
}

/** The work on one touch of a request. */
interface Touching {
  readonly ctx: RequestContext;
  readonly locateOnce: typeof locate;
  readonly declared: ObjectTouch;
  readonly under: Located | undefined;
}

async function touchObjects(touching: Touching, named: Mention[]) {
  const found: Touched[string] = [];
  for (const mention of named) {
    const place = await touchOne(touching, mention);
    if (place !== undefined) found.push({ ...place, mention: mention.text });
  }
  return found;
}

async function touchOne({ ctx, locateOnce, declared, under }: Touching, mention: Mention) {
  const located = isReferable(declared.kind)
    ? await locateOnce(ctx, declared.kind, mention.text, under)
    : undefined;
  const place = located ?? (declared.create === undefined ? undefined : placeOf(declared, mention, under));
  if (place === undefined) {
    if (declared.optional) return undefined;
    throw missingIn(ctx, declared, mention);
  }
  const permission =
    located === undefined && declared.create !== undefined ? declared.create : declared.permission;
  const access = decideAccess(ctx.actor, permission, place.namespace);
  if (access === 'hidden' && declared.optional) return undefined;
  if (access !== 'allowed' && !(await mayMakeRoot(ctx, declared, place)))
    throw refused(access, { permission, place, asMissing: missing(declared, mention) });
  if (located?.deletedAt && declared.deleted !== true) throw deleted(located);
  if (located === undefined) demandVisiblePlace(declared, place, mention);
  return { ...place, needs: permission };
}

/** Whether objects of a kind have references of their own. */
const isReferable = (kind: ObjectKind): kind is ReferableKind => kind in REFS;

/** Checks that the name of a namespace or dataset that the request creates has no invisible characters. */
function demandVisiblePlace(
  { create }: ObjectTouch,
  { kind, namespace, name }: Place,
  mention: Mention,
): void {
  if (create === undefined || /\.(?:read|delete)$/.test(create) || !isReferable(kind)) return;
  // A bare dataset name belongs to the namespace of the object that mentions it.
  const path = mention.text.includes('/') ? `${namespace}/${name}` : name;
  demandVisible(whereOf(mention), mention.pointer, kind === 'namespace' ? namespace : path, '/');
}

/** Whether a write may create a root namespace that does not exist yet, although nobody has rights there. */
const mayMakeRoot = async (
  ctx: RequestContext,
  { kind, create }: ObjectTouch,
  place: Place,
): Promise<boolean> =>
  kind === 'namespace' &&
  place.id === null &&
  create?.endsWith('.read') === false &&
  (await mayTakeRoot(ctx, place.namespace));

/** Returns 403 for a visible object. For a hidden object returns the answer for a missing one. */
function refused(
  access: 'denied' | 'hidden',
  { permission, place, asMissing }: { permission: string; place: Place; asMissing: HttpProblem },
): HttpProblem {
  const { kind, id, namespace, name } = place;
  const problem =
    access === 'hidden'
      ? asMissing
      : new HttpProblem(
          'forbidden',
          `This request needs the permission ${permission} on ${namespace}. Use a token with it, or ask an admin of ` +
            `${namespace} for a role with it.`,
        );
  return problem.because({ permission, kind, id, namespace, name });
}

/** Refuses a missing object in a hidden namespace like a hidden object, so that the caller cannot tell them apart. */
function missingIn(ctx: RequestContext, declared: ObjectTouch, mention: Mention): HttpProblem {
  const problem = missing(declared, mention);
  const { kind, permission } = declared;
  const place = namedPlace(kind, mention.text);
  if (place === undefined) {
    // An id does not reveal the namespace of its object.
    problem.couldHide = isUuid(mention.text) && ctx.actor.grants !== 'all';
    return problem;
  }
  const access = decideAccess(ctx.actor, permission, place.namespace);
  return access === 'hidden'
    ? refused(access, { permission, place: { kind, id: null, ...place }, asMissing: problem })
    : problem;
}

/** Returns namespace and name from a text, whether or not such an object exists. */
function namedPlace(kind: ObjectKind, text: string): Pick<Place, 'namespace' | 'name'> | undefined {
  if (kind === 'namespace') {
    const parsed = parseNamespace(text);
    return parsed.ok ? { namespace: parsed.namespace, name: parsed.namespace } : undefined;
  }
  if (kind === 'version') {
    const parsed = parseReference(text);
    if (!parsed.ok) return undefined;
    const { namespace, model, alias, version } = parsed.reference;
    return { namespace, name: alias === undefined ? `${model}:${version}` : `${model}@${alias}` };
  }
  const parsed = parseQualifiedName(text);
  return parsed.ok ? { namespace: parsed.namespace, name: parsed.name } : undefined;
}

function placeOf({ kind }: ObjectTouch, mention: Mention, under: Located | undefined): Place | undefined {
  const { text } = mention;
  if (kind === 'namespace') {
    const parsed = parseNamespace(text);
    if (!parsed.ok) throw invalidField(whereOf(mention), mention.pointer, parsed.message);
    return { kind, id: null, namespace: parsed.namespace, name: parsed.namespace };
  }
  if (under === undefined || (kind === 'dataset' && isUuid(text))) return undefined;
  const bare = parseName(text);
  if (bare.ok) return { kind, id: null, namespace: under.namespace, name: bare.name };
  const qualified = kind === 'dataset' ? parseQualifiedName(text) : bare;
  if (!qualified.ok) throw invalidField(whereOf(mention), mention.pointer, qualified.message);
  return {
    kind,
    id: null,
    namespace: 'namespace' in qualified ? qualified.namespace : under.namespace,
    name: qualified.name,
  };
}

const MOST = 256;

const tooMany = ({ kind }: Touch, named: Mention[]): HttpProblem =>
  invalidField(
    'body',
    named[MOST]?.pointer ?? '',
    `is ${kind} number ${MOST + 1}; one request may name at most ${MOST}`,
  );

function missing({ kind }: Touch, mention: Mention): HttpProblem {
  const message = `There is no ${kind} "${mention.text}".`;
  return new HttpProblem('not_found', message, {
    errors: [{ in: whereOf(mention), pointer: mention.pointer, message: `names no ${kind}` }],
  });
}

import { decideAccess, parseName, parseNamespace, parseQualifiedName } from '@modelbox/domain';
import type { Route, Touch } from '@modelbox/schema';
import type { RequestContext } from '../context.ts';
import { HttpProblem, invalidField } from '../http/problem.ts';
import type { Located, Mentioned, Place } from '../objects/located.ts';
import { locate } from './locate.ts';

/** What a request names, by the names that its route gives the touches. Several where the place is a list. */
export type Touched = Record<string, (Mentioned | (Located & { mention: string }))[]>;

interface Mention {
  readonly text: string;
  readonly pointer: string;
  readonly part: 'params' | 'query' | 'body';
}

/** Whether the request names it in its body, so that it can be located only when that is parsed. */
export const isInBody = (touch: Touch): boolean => touch.at.startsWith('body.');

/**
 * Locates what a request names and demands the permission on each: 404 for what is not there or must not be known to
 * be, 403 for what may be seen but not touched so. Adds to `touched`, in which `under` finds what came before.
 */
export async function touch(
  ctx: RequestContext,
  touches: Route['touches'],
  input: Record<string, unknown>,
  touched: Touched,
): Promise<void> {
  for (const [name, declared] of Object.entries(touches)) {
    const under =
      declared.under === undefined ? undefined : (touched[declared.under]?.[0] as Located | undefined);
    const found: Touched[string] = [];
    const named = mentions(declared.at, input);
    if (named.length > MOST) throw tooMany(declared, named);
    for (const mention of named) {
      found.push({ ...(await touchOne(ctx, declared, mention, under)), mention: mention.text });
    }
    touched[name] = found;
  }
}

async function touchOne(ctx: RequestContext, declared: Touch, mention: Mention, under: Located | undefined) {
  const located =
    declared.kind === 'alias' ? undefined : await locate(ctx, declared.kind, mention.text, under);
  const place = located ?? (declared.create === undefined ? undefined : placeOf(declared, mention, under));
  if (place === undefined) throw missing(declared, mention);
  const permission =
    located === undefined && declared.create !== undefined ? declared.create : declared.permission;
  const access = decideAccess(ctx.actor, permission, place.namespace);
  if (access === 'hidden') throw missing(declared, mention);
  if (access === 'denied')
    throw new HttpProblem('forbidden', `This needs ${permission} on ${place.namespace}.`);
  if (located?.deletedAt && declared.deleted !== true) throw deleted(located);
  return place;
}

/** Where an object would lie that is not there yet. */
function placeOf({ kind }: Touch, mention: Mention, under: Located | undefined): Place | undefined {
  const { text } = mention;
  if (kind === 'namespace') {
    const parsed = parseNamespace(text);
    if (!parsed.ok) throw invalidField(whereOf(mention), mention.pointer, parsed.message);
    return { kind, id: null, namespace: parsed.namespace, name: parsed.namespace };
  }
  if (under === undefined) return undefined;
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

/** Different objects that one request can name at one place. */
const MOST = 256;

const tooMany = ({ kind }: Touch, named: Mention[]): HttpProblem =>
  invalidField(
    'body',
    named[MOST]?.pointer ?? '',
    `is the ${kind} number ${MOST + 1}; one request names at most ${MOST}`,
  );

const whereOf = ({ part }: Mention) => (part === 'params' ? 'path' : part);

function missing({ kind }: Touch, mention: Mention): HttpProblem {
  const message = `There is no ${kind} "${mention.text}".`;
  return new HttpProblem('not_found', message, {
    errors: [{ in: whereOf(mention), pointer: mention.pointer, message: `names no ${kind}` }],
  });
}

/** The answer for an object that is deleted and can still be restored. */
export const deleted = ({ kind, id, deletedAt }: Located): HttpProblem =>
  new HttpProblem(
    'not_found',
    `The ${kind} was deleted at ${deletedAt?.toISOString()}; it can be restored until it is purged.`,
    { id },
  );

/** Each text at a place such as `body.metrics[].dataset`, once, with a pointer to where it stands first. */
function mentions(at: string, input: Record<string, unknown>): Mention[] {
  const [part, ...steps] = at.split('.') as [Mention['part'], ...string[]];
  const found = new Map<string, Mention>();
  const walk = (value: unknown, rest: string[], pointer: string): void => {
    if (value === undefined || value === null) return;
    const [step, ...later] = rest;
    if (step === undefined) {
      const text = typeof value === 'string' ? value : (value as { name: string }).name;
      if (!found.has(text)) found.set(text, { text, pointer, part });
      return;
    }
    const key = step.replace('[]', '');
    const member = (value as Record<string, unknown>)[key];
    if (!step.endsWith('[]')) walk(member, later, `${pointer}/${key}`);
    else if (Array.isArray(member))
      for (const [index, item] of member.entries()) walk(item, later, `${pointer}/${key}/${index}`);
  };
  walk(input[part], steps, '');
  return [...found.values()];
}

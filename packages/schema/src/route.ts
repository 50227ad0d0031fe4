import type { z } from 'zod';
import type { Permission } from './permissions.ts';
import type { ObjectKind } from './resources.ts';

/**
 * The target of a touch: an object, or `content` by its SHA-256. The server resolves `content` to a living object
 * that has it and on which the caller has the permission. If there is none, the answer is 404.
 */
export type TouchKind = ObjectKind | 'content';

/**
 * An object that a route touches, and the permission that the caller needs on it.
 *
 * `at` is the place in the request: `params.model`, `body.source.checkpoint`, `body.aliases[]` (each item). An absent
 * value touches nothing. `under` names another touch as the context of a bare name: the model of a version or alias,
 * or the object in whose namespace a dataset belongs. `create` is the permission on the namespace if the object may
 * be missing because the request or its first mention creates it.
 */
export interface Touch {
  readonly kind: TouchKind;
  readonly at: string;
  readonly permission: Permission;
  /** Touches only if the request has this member, even as null: `body.quotaBytes`. */
  readonly when?: string;
  /** The request goes on if the object is missing or hidden, as if it were not named. */
  readonly optional?: true;
  readonly under?: string;
  readonly create?: Permission;
  /** The route also serves deleted objects, for example to restore them or to repeat a delete. */
  readonly deleted?: true;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The body of an answer: JSON of a schema, or another kind. `bytes` is a file, with its own media type. */
export type Answer = z.ZodType | 'empty' | 'bytes' | 'archive' | 'ndjson' | 'text' | 'html' | 'json';

/**
 * `fixed`: the cost is known before the request runs. It reads or writes the named objects, or one page of an index.
 * `variable`: the caller decides the cost by a filter, order, policy or range. A `variable` route writes nothing and
 * locks no rows.
 */
export type Cost = 'fixed' | 'variable';

export interface Route {
  /** The operation id and the path of the client method: `models.versions.list`. */
  readonly id: string;
  readonly method: Method;
  readonly cost: Cost;
  /** A parameter `{path*}` matches the rest of the URL. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** `bytes`: the body is the content of a file. */
  readonly body?: z.ZodType | 'bytes';
  /** The body may be missing, which equals `{}`. */
  readonly bodyOptional?: true;
  readonly headers?: z.ZodObject;
  readonly answers: { readonly [status: number]: Answer };
  /** Error statuses that do not follow from the properties of the route. */
  readonly errors?: readonly number[];
  /** The answer has the ETag of the object, and a write to an existing object checks `If-Match`. */
  readonly conditional?: true;
  readonly touches: { readonly [name: string]: Touch };
  /**
   * The touch of the object that the request is about. Its namespace decides which fields the answer shows, and the
   * audit names it. Several names: each request has exactly one of them. A route with a single touch may leave this
   * out.
   */
  readonly subject?: string | readonly string[];
  /** Without this permission, the answer contains only the members that the body named. */
  readonly echoes?: Permission;
  /** A POST that writes nothing, so it needs no Idempotency-Key. */
  readonly safe?: true;
  /** Needs neither credentials nor permissions. */
  readonly public?: true;
  /** Needs credentials but no permission: the route is about the caller. */
  readonly known?: true;
  /** The audit records reads of it like reads of files, though the answer is not a file. */
  readonly recorded?: true;
}

/**
 * Returns the definition with its literal types, from which the types of verbs derive.
 * @throws if the subject is no touch of the route, or if several touches could be the subject
 */
export function route<const R extends Route>(definition: R): R {
  const names = Object.keys(definition.touches);
  const subjects = subjectsOf(definition);
  if (names.length > 0 && subjects.length === 0)
    throw new Error(`${definition.id} touches ${names.join(', ')}: name its subject`);
  const wrong = subjects.find((name) => !names.includes(name));
  if (wrong !== undefined) throw new Error(`${definition.id} does not touch its subject "${wrong}"`);
  return definition;
}

/** The touches that can be the subject of a request. Empty: the route touches nothing. */
export function subjectsOf({ subject, touches }: Pick<Route, 'subject' | 'touches'>): readonly string[] {
  if (subject !== undefined) return [subject].flat();
  const names = Object.keys(touches);
  return names.length === 1 ? names : [];
}

/** Whether requests can change something. */
export const isWrite = (r: Route): boolean => r.method !== 'GET' && r.safe !== true;

/** Whether the route accepts an `Idempotency-Key`. Uploads of files do not: path and hash make them idempotent. */
export const takesIdempotencyKey = (r: Route): boolean => isWrite(r) && r.body !== 'bytes';

/** Whether the route accepts `If-Match`. A create has nothing to match. */
export const takesIfMatch = (r: Route): boolean =>
  r.conditional === true && r.method !== 'GET' && !(201 in r.answers);

/** Answers with content instead of facts about it. */
const CONTENT: ReadonlySet<string> = new Set(['bytes', 'archive', 'ndjson'] satisfies Answer[]);

/** Whether the audit records reads of the route, on a server that is configured to record reads. */
export const isReadOnRecord = (r: Route): boolean =>
  r.method === 'GET' &&
  r.public !== true &&
  (r.recorded === true ||
    Object.values(r.answers).some((answer) => typeof answer === 'string' && CONTENT.has(answer)));

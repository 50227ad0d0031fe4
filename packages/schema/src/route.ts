import type { z } from 'zod';
import type { Permission } from './permissions.ts';
import type { ObjectKind } from './resources.ts';

/**
 * What a request can name: an object, or `content`, by its SHA-256. Content is touched as a living object that has it and
 * on which the caller has the permission; where there is none, it is not there.
 */
export type TouchKind = ObjectKind | 'content';

/**
 * One object that a route touches, and the permission that the caller needs on it.
 *
 * `at` says where the request names it: `params.model`, `body.source.checkpoint`, `body.aliases[]` (each item). Where
 * it is absent from a request, nothing is touched. `under` names another touch of the route that gives the context of
 * a bare name (the model of a version or alias; the object in whose namespace a dataset lies). An object that is made
 * by the request, or on its first mention, may be missing: then `create` is the permission asked on its namespace.
 */
export interface Touch {
  readonly kind: TouchKind;
  readonly at: string;
  readonly permission: Permission;
  /** Touched only where the request has this member, `body.quotaBytes`, were it null: what only some requests may do. */
  readonly when?: string;
  /** What is not there, or must not be known to be, counts as not named: the request goes on without it. */
  readonly optional?: true;
  readonly under?: string;
  readonly create?: Permission;
  /** The route serves deleted objects too (restore, a delete that is repeated, a read that asks for them). */
  readonly deleted?: true;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The body of an answer: JSON of a schema, or another kind. `bytes`: a file, of the media type that it has. */
export type Answer = z.ZodType | 'empty' | 'bytes' | 'archive' | 'ndjson' | 'text' | 'html' | 'json';

/**
 * `fixed`: the cost of a request is known before it runs. It reads or writes the objects that it names, or one page along
 * an index. `variable`: the caller decides the cost, by a filter, an order, a policy, or how far the request reaches. A
 * `variable` route writes nothing and locks no rows.
 */
export type Cost = 'fixed' | 'variable';

export interface Route {
  /** `models.versions.list`: the operation id, and the path of the client's method. */
  readonly id: string;
  readonly method: Method;
  readonly cost: Cost;
  /** `/v1/models/{model}`; a parameter `{path*}` takes the rest of the URL. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** A JSON schema, or `bytes`: the body is the content of a file. */
  readonly body?: z.ZodType | 'bytes';
  /** The body may be missing: then it counts as `{}`. */
  readonly bodyOptional?: true;
  readonly headers?: z.ZodObject;
  readonly answers: { readonly [status: number]: Answer };
  /** HTTP statuses of errors beyond those that follow from the route's form. */
  readonly errors?: readonly number[];
  /** The answer carries the object's ETag, and a write to an object that is there honours `If-Match`. */
  readonly conditional?: true;
  readonly touches: { readonly [name: string]: Touch };
  /** Without this permission, the answer has only the members that the body named. */
  readonly echoes?: Permission;
  /** Writes nothing that could be done twice, though it is no GET. */
  readonly safe?: true;
  /** Needs no permission; only what is meant for everybody. */
  readonly public?: true;
  /** Needs somebody who is known, and no permission on an object: it is about the caller. */
  readonly known?: true;
  /** Reading it is recorded where reads of files are, though its answer is no file. */
  readonly recorded?: true;
}

/** Keeps the literal types of a route: inputs, answers and touches of its verb derive from them. */
export const route = <const R extends Route>(definition: R): R => definition;

/** Whether a request may change something. */
export const isWrite = (r: Route): boolean => r.method !== 'GET' && r.safe !== true;

/** A mutation takes an `Idempotency-Key`, except one whose body is a file: that is idempotent by path and hash. */
export const takesIdempotencyKey = (r: Route): boolean => isWrite(r) && r.body !== 'bytes';

/** A write to an object that is there takes `If-Match`; a create has nothing yet to match. */
export const takesIfMatch = (r: Route): boolean =>
  r.conditional === true && r.method !== 'GET' && !(201 in r.answers);

/** Answers that are content, not facts about it. */
const CONTENT: ReadonlySet<string> = new Set(['bytes', 'archive', 'ndjson'] satisfies Answer[]);

/** Whether reading it is recorded, on a server that is told to record reads: what gives content, and what says so. */
export const isReadOnRecord = (r: Route): boolean =>
  r.method === 'GET' &&
  r.public !== true &&
  (r.recorded === true ||
    Object.values(r.answers).some((answer) => typeof answer === 'string' && CONTENT.has(answer)));

import type { Readable } from 'node:stream';
import type { ObjectKind, OwnerKind, Route, RouteId, RouteTable } from '@modelbox/schema';
import type { z } from 'zod';
import type { RequestContext } from './context.ts';
import type { CrossNamespace } from './cross-namespace.ts';
import type { Located, Place } from './located.ts';

type Parsed<S> = S extends z.ZodType ? z.infer<S> : Record<never, never>;

type IsGiven<R extends Route, At extends string> = At extends `params.${string}`
  ? true
  : At extends `${infer Where extends 'query' | 'body'}.${infer Field}`
    ? Field extends keyof Parsed<R[Where]>
      ? undefined extends Parsed<R[Where]>[Field]
        ? false
        : true
      : false
    : false;

type IsSure<T> = T extends { optional: true } | { when: string } ? false : true;

type TouchedAt<T> = T extends { create: string; kind: 'alias' | 'dataset' | 'namespace' } ? Place : Located;
type TouchedOf<R extends Route> = {
  readonly [N in keyof R['touches']]: R['touches'][N] extends { at: `${string}[]${string}` }
    ? (TouchedAt<R['touches'][N]> & { readonly mention: string })[]
    : [IsGiven<R, R['touches'][N]['at']>, IsSure<R['touches'][N]>] extends [true, true]
      ? TouchedAt<R['touches'][N]>
      : TouchedAt<R['touches'][N]> | undefined;
};

export interface Input<R extends Route> {
  readonly params: Parsed<R['params']>;
  readonly query: Parsed<R['query']>;
  readonly body: R['body'] extends 'bytes' ? Readable : Parsed<R['body']>;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly touched: TouchedOf<R>;
}

/** The objects that a receipt can name: an object, or a part of one that a write returns. */
export type ReadableKind =
  | ObjectKind
  | 'event'
  | 'policy'
  | 'hold'
  | `${OwnerKind}.${'metadata' | 'metrics' | 'files'}`;

/** A write's answer by reference. The server reads the object after the commit, also for a replayed request. */
export interface Receipt {
  readonly status: number;
  readonly object: { readonly kind: ReadableKind; readonly id: string } | null;
}

export interface Answered<B = unknown> {
  readonly status: number;
  readonly body?: B;
  readonly stream?: Readable;
  readonly etag?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The parts of the body that show objects of other namespaces. A cache must check them for each caller. */
  readonly crossNamespace?: readonly Pick<CrossNamespace, 'namespace' | 'permission'>[] | undefined;
}

/** An answer that the server may cache: it must say which of its parts some callers may not see. */
export type CacheableAnswer<B = unknown> = Answered<B> & Pick<Required<Answered>, 'crossNamespace'>;

export type Reply = Receipt | Answered;

/**
 * The work of a route: a plain function of context and input. A verb runs one transaction; a write records its change
 * in it.
 */
export type Verb<Id extends RouteId, R extends Reply = Reply> = (
  ctx: RequestContext,
  input: Input<RouteTable[Id]>,
) => Promise<R>;

type How = 'cached' | 'own-turns';

/**
 * Registers the verb of a route.
 * @param how `cached` caches encoded answers; only for a route whose answer shows the one object that it touches.
 *   `own-turns` lets a verb of variable cost take a turn for each database query. Its answer may last long, and a slow
 *   reader must not keep a turn.
 */
export type Serve = <Id extends RouteId, H extends How | undefined = undefined>(
  id: Id,
  verb: Verb<Id, H extends 'cached' ? CacheableAnswer : Reply>,
  how?: H,
) => void;

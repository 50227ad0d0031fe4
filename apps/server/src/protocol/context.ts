import type { BlobStore } from '@modelbox/blobs';
import type { Database } from '@modelbox/db';
import type { Actor } from '@modelbox/domain';
import type { ObjectKind, OwnerKind, ReferableKind } from '@modelbox/schema';
import type { FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Clock } from '../runtime/clock.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import type { ObjectStore, Readout, Room } from './kinds.ts';
import type { Located } from './located.ts';
import type { Settings } from './settings.ts';

export interface Authentication {
  /**
   * Returns the caller of a request with this `Authorization` header from this address. The answer may be a second old,
   * or is current with `anew`.
   * @throws HttpProblem unauthenticated: 401; unavailable: 503 if the OIDC issuer cannot be reached
   */
  identify(ctx: Context, authorization: string | undefined, address: string, when?: 'anew'): Promise<Actor>;
  /** Marks cached rights as stale: the next request reads what has changed. */
  readonly invalidate: () => void;
}

/** Request limits of each minute. Each server counts on its own. */
export interface RateLimits {
  byAddress(ctx: Context, reply: FastifyReply, address: string): void;
  byIdentity(ctx: Context, reply: FastifyReply, actor: Actor): void;
  /** @throws HttpProblem rate_limited: too many requests without valid credentials came from the address */
  demandFewFailures(ctx: Context, address: string): void;
  countFailure(ctx: Context, address: string): void;
  /** @throws HttpProblem rate_limited: the costly requests of the caller used up the budget of this minute */
  demandCost(ctx: Context, actor: Actor): void;
  /** @param longMs the part of `ms` in which the request ran longer than lists usually do. */
  countCost(ctx: Context, actor: Actor, ms: number, longMs: number): void;
  /** Whether the costly requests of the caller took much longer in this minute than lists usually do. */
  isHeavy(ctx: Context, actor: Actor): boolean;
  tellCost(ctx: Context, reply: FastifyReply, actor: Actor): void;
}

/** Longest wait for a turn and longest run of a costly request, in milliseconds. */
export interface CostBounds {
  readonly wait: number;
  readonly deadline: number;
}

/** Bounds requests whose cost the caller decides. Each server counts on its own. */
export interface Costs {
  /**
   * Runs `work` in the caller's turn, on one leased connection and within a deadline. The context of `work` uses only
   * that connection.
   * @throws HttpProblem `rate_limited`, `unavailable` or `query_too_expensive`.
   */
  run<T>(
    ctx: RequestContext,
    work: (ctx: RequestContext) => Promise<T>,
    bounds?: Partial<CostBounds>,
  ): Promise<T>;
}

/** The turn of one request. */
export interface Turn {
  /** Lets other requests of the caller go on, for example while a body arrives. */
  pause(): void;
  /** Waits for the turn of the rest. `isLarge`: the request needs all places of its caller. */
  resume(isLarge: boolean): Promise<void>;
  /** Ends the turn, if it has not ended. */
  end(): void;
}

/** Bounds the requests of each caller that run at once. Each server counts for itself. */
export interface CallerTurns {
  /**
   * Waits until a request may run. Requests of one caller run in the order in which they came.
   * @throws HttpProblem rate_limited: 429 if it waits too long.
   */
  begin(caller: string, gone: () => AbortSignal): Promise<Turn>;
  /** Whether no other caller has a request underway, or had one within the last minute. */
  isAlone(caller: string): boolean;
  /** Waits before a refusal is sent, so that a client that ignores refusals cannot cause many. */
  beforeRefusal(caller: string, gone: AbortSignal): Promise<void>;
  /** Places that requests have, and requests that wait for one. */
  readonly running: number;
  readonly waiting: number;
}

export interface Pace {
  /**
   * Call this often. It returns undefined if the work may continue, else a promise to await. The promise rejects if the
   * work must end.
   */
  breathe(): Promise<void> | undefined;
}

/** Accounts for the memory of answers that are built or unread, in bytes. */
export interface Answers {
  readonly bytes: number;
  /**
   * Whether an answer fits beside the others. An answer above the caller's share fits if the caller has no other
   * answer.
   */
  fits(bytes: number, caller: string): boolean;
  free(caller: string): number;
  /** Whether the caller's unread answers leave room for the answer of a write. */
  mayWrite(caller: string): boolean;
  /** Counts an answer, and returns the function that removes it from the account. */
  hold(bytes: number, caller: string): () => void;
}

export interface Telemetry {
  readonly registry: Registry;
  request(route: string, method: string, status: number, seconds: number): void;
  limited(limit: string): void;
  upload<T>(run: () => Promise<T>): Promise<T>;
  denied(status: number): void;
  unrecorded(): void;
  decided(kind: string, outcome: string): void;
  /** Counts what retention removed: objects (or their files), and the bytes of their files. */
  retained(objects: number, bytes: number): void;
  reclaimed(bytes: number): void;
}

/**
 * Reads objects of one kind by id, in any order, without missing ones. With `room`, which only readers of listed kinds
 * support, it keeps the order of the ids and stops when the room is used up.
 */
export type ReadMany = (ctx: Context, ids: string[], room?: Room) => Promise<Readout[]>;

export type ReadKind = ObjectKind | 'event' | 'hold';

/**
 * Reads an object at the cost of the caller, so the reads of several callers are never shared. Undefined if it is gone.
 */
export type ReadForCaller = (ctx: RequestContext, id: string) => Promise<Readout | undefined>;

export type CallerReadKind = 'policy';

/**
 * Finds the object that a text names: an id, or the name form of its kind. `under` is the object in which a bare name
 * lies. Undefined if there is none.
 */
export type Find = (
  ctx: Context,
  text: string,
  under: Located | undefined,
) => Promise<Omit<Located, 'kind'> | undefined>;

/** Functions of each kind that lower layers need. `app/resources.ts` provides them. */
export interface Kinds {
  readonly readers: Readonly<Record<ReadKind, ReadMany>>;
  readonly callerReaders: Readonly<Record<CallerReadKind, ReadForCaller>>;
  readonly finders: Readonly<Record<ReferableKind, Find>>;
  readonly owners: Readonly<Record<OwnerKind, ObjectStore>>;
}

/** The parts of a server. Nothing is global, so several servers can run in one process. */
export interface Context {
  readonly settings: Settings;
  readonly kinds: Kinds;
  readonly db: Database;
  readonly blobs: BlobStore;
  readonly log: Logger;
  readonly telemetry: Telemetry;
  readonly wakeups: Wakeups;
  readonly authentication: Authentication;
  readonly rateLimits: RateLimits;
  readonly answers: Answers;
  readonly costs: Costs;
  readonly turns: CallerTurns;
  readonly clock: Clock;
  /** The time by the database's clock; within a request, the time at which the request began. */
  readonly now: () => Date;
}

export interface RequestContext extends Context {
  readonly actor: Actor;
  readonly requestId: string;
  readonly address: string;
  readonly method: string;
  /** Reserves memory for a page before it is read: `pageBytes`, or less if less is free. Returns the bytes. */
  readonly reservePage: () => number;
  /** The namespace of the first object that the request names, if known. */
  readonly about: readonly string[];
  readonly pace: Pace;
  /**
   * Reserves memory for the answer, in bytes in all.
   * @throws HttpProblem unavailable: 503 if not enough memory is free
   */
  readonly reserve: (bytes: number) => void;
  readonly signal: AbortSignal;
  /**
   * Authorizes the caller again on what path and query name. Call it after content has arrived, before storing it.
   * @throws HttpProblem unauthenticated: 401; forbidden: 403; not_found: 404
   */
  readonly demandStillAllowed: () => Promise<void>;
  /** The ETags of `If-Match`; undefined if the request has no such header. */
  readonly ifMatch?: readonly string[];
  /** The first 128 bits of the hash of principal, method, path and key; the first 64 bits of the hash of the body. */
  readonly idempotency?: { readonly scope: string; readonly bodyHash: bigint };
}

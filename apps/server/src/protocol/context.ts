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

/** Who makes requests, by their credentials. */
export interface Authentication {
  /**
   * Who sent a request with this `Authorization` header from this address: as it was within the last second, or is now.
   * @throws HttpProblem unauthenticated: 401; unavailable: 503 where the OIDC issuer cannot be reached
   */
  identify(ctx: Context, authorization: string | undefined, address: string, when?: 'anew'): Promise<Actor>;
  /** Rights have been changed: the next request is told by them, not by what was remembered. */
  readonly invalidate: () => void;
}

/** What callers may ask for in a minute. Each server counts for itself. */
export interface RateLimits {
  /** Counts a request before it is known who sends it. */
  byAddress(ctx: Context, reply: FastifyReply, address: string): void;
  /** Counts a request of somebody, whichever token it came with. */
  byIdentity(ctx: Context, reply: FastifyReply, actor: Actor): void;
  /** Stops an address from which too many requests came without credentials that count. */
  demandFewFailures(ctx: Context, address: string): void;
  /** Counts a request without credentials that count. */
  countFailure(ctx: Context, address: string): void;
  /** Stops a caller whose costly requests have taken too long in this minute. */
  demandCost(ctx: Context, actor: Actor): void;
  /** Counts how long a costly request took, in milliseconds. */
  countCost(ctx: Context, actor: Actor, ms: number): void;
  /** Whether a caller's costly requests have taken much longer in this minute than lists do. */
  isHeavy(ctx: Context, actor: Actor): boolean;
  /** Tells in the headers of an answer what cost is left. */
  tellCost(ctx: Context, reply: FastifyReply, actor: Actor): void;
}

/** How long a costly request may wait for its turn and run, in milliseconds. */
export interface CostBounds {
  readonly wait: number;
  readonly deadline: number;
}

/** Bounds what callers can ask for whose cost they decide. Each server counts for itself. */
export interface Costs {
  /**
   * Runs work when it is its caller's turn, on a connection of its own and within a deadline. The work gets a context whose
   * database is that connection.
   * @throws HttpProblem `rate_limited`, `unavailable` or `query_too_expensive`.
   */
  run<T>(
    ctx: RequestContext,
    work: (ctx: RequestContext) => Promise<T>,
    bounds?: Partial<CostBounds>,
  ): Promise<T>;
}

/** Lets long work in JavaScript give way to other requests. */
export interface Pace {
  /** To be called often. Undefined: go on. Otherwise to be awaited; it throws when the work is to end. */
  breathe(): Promise<void> | undefined;
}

/** The account of answers that are made, or wait for their readers, in bytes. */
export interface Answers {
  readonly bytes: number;
  /** Whether an answer fits beside the others. One that is larger than a caller's share fits if the caller has no other. */
  fits(bytes: number, caller: string): boolean;
  /** Bytes that the caller may still have. */
  free(caller: string): number;
  /** Whether the caller's unread answers leave room for that of a write. */
  mayWrite(caller: string): boolean;
  /** Counts an answer; gives what ends that. */
  hold(bytes: number, caller: string): () => void;
}

/** What the server measures of itself, for Prometheus. One registry a server. */
export interface Telemetry {
  readonly registry: Registry;
  /** Counts a request that was answered; `route` is the operation id. */
  request(route: string, method: string, status: number, seconds: number): void;
  /** Counts a request that a limit refused. */
  limited(limit: string): void;
  /** Counts an upload, or a part of one, while it runs. */
  upload<T>(run: () => Promise<T>): Promise<T>;
  /** Counts an attempt that was denied, by the status of its answer. */
  denied(status: number): void;
  /** Counts a denied attempt that could not be recorded. */
  unrecorded(): void;
  /** Counts a decision of a policy. */
  decided(kind: string, outcome: string): void;
  /** Counts what retention removed: objects (or their files), and bytes of their files. */
  retained(objects: number, bytes: number): void;
  /** Counts bytes that were removed from the store. */
  reclaimed(bytes: number): void;
}

/**
 * Reads a set of objects of one kind. It leaves out missing objects, in any order. With `room`, which only the readers of
 * listed kinds know, it keeps the order of the ids and stops when the room is used up.
 */
export type ReadMany = (ctx: Context, ids: string[], room?: Room) => Promise<Readout[]>;

/** The kinds of object that can be read by id. */
export type ReadKind = ObjectKind | 'event' | 'policy' | 'hold';

/**
 * Finds the object that a text names: an id, or the name form of its kind. `under` is the object in which a bare name
 * lies. Undefined if there is none.
 */
export type Find = (
  ctx: Context,
  text: string,
  under: Located | undefined,
) => Promise<Omit<Located, 'kind'> | undefined>;

/** The functions of each kind that the layers below the resources need; `app/resources.ts` fills it. */
export interface Kinds {
  readonly readers: Readonly<Record<ReadKind, ReadMany>>;
  readonly finders: Readonly<Record<ReferableKind, Find>>;
  /** The stores of the kinds that own files, metrics, metadata and events. */
  readonly owners: Readonly<Record<OwnerKind, ObjectStore>>;
}

/** What a server is made of. It is handed to everything; nothing is global, so two servers can live in one process. */
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
  readonly clock: Clock;
  /** The time of the one clock of all servers; within a request, the time at which it began. */
  readonly now: () => Date;
}

/** The context of one request. */
export interface RequestContext extends Context {
  readonly actor: Actor;
  readonly requestId: string;
  readonly address: string;
  readonly method: string;
  /** Reserves memory for a page before it is read: `pageBytes`, or less if less is free. Returns the bytes. */
  readonly reservePage: () => number;
  /** The namespace of what the request names, as far as it is known. */
  readonly about: readonly string[];
  readonly pace: Pace;
  /** Reserves memory for the answer, so many bytes in all. Throws 503 if there is none. */
  readonly reserve: (bytes: number) => void;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  /** The ETags that `If-Match` demands; absent where the request has no such header. */
  readonly ifMatch?: readonly string[];
  /** The first 128 bits of the hash of principal, method, path and key; the first 64 bits of the hash of the body. */
  readonly idempotency?: { readonly scope: string; readonly bodyHash: bigint };
}

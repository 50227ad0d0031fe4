import type { Actor } from '@modelbox/domain';
import { type Route, takesIfMatch } from '@modelbox/schema';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context, Pace, RequestContext } from '../protocol/context.ts';
import { ClientGone } from '../protocol/errors.ts';
import { parseIfMatch } from '../protocol/http/preconditions.ts';
import { reserveAnswer, reservePage } from './unread.ts';

/** The pace of requests of fixed cost, which never run long. */
const UNHURRIED: Pace = { breathe: () => undefined };

export type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Returns a signal that aborts if the client goes away before its answer was sent. */
export function goneSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => raw.writableFinished || gone.abort(new ClientGone()));
  return gone.signal;
}

/** Creates the context of a request. Its actor may be replaced when rights are reloaded. */
export function contextOf({
  ctx,
  request,
  reply,
  route,
  actor,
  demandStillAllowed,
}: {
  ctx: Context;
  request: FastifyRequest;
  reply: FastifyReply;
  route: Route;
  actor: Actor;
  demandStillAllowed: RequestContext['demandStillAllowed'];
}): Writable<RequestContext> {
  const ifMatch = request.headers['if-match'];
  // All writes of a request get the same time.
  const now = ctx.now();
  let gone: AbortSignal | undefined;
  return {
    settings: ctx.settings,
    kinds: ctx.kinds,
    db: ctx.db,
    blobs: ctx.blobs,
    log: ctx.log,
    telemetry: ctx.telemetry,
    wakeups: ctx.wakeups,
    authentication: ctx.authentication,
    rateLimits: ctx.rateLimits,
    answers: ctx.answers,
    costs: ctx.costs,
    turns: ctx.turns,
    clock: ctx.clock,
    now: () => now,
    actor,
    requestId: request.id,
    address: request.ip,
    method: request.method,
    reservePage: () => reservePage(ctx, request, reply),
    about: [],
    pace: UNHURRIED,
    reserve: (bytes) => reserveAnswer(ctx, request, reply, bytes),
    demandStillAllowed,
    // Created on first use: most requests end before a client could go away.
    get signal() {
      gone ??= goneSignal(reply);
      return gone;
    },
    ...(ifMatch !== undefined && takesIfMatch(route) ? { ifMatch: parseIfMatch(ifMatch) } : {}),
  };
}

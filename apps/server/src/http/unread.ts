import type { ServerResponse } from 'node:http';
import { isWrite, type Route } from '@modelbox/schema';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Gauge, type Registry } from 'prom-client';
import type { Answers, Context } from '../protocol/context.ts';
import { RETRY_AFTER } from '../protocol/errors.ts';
import { isConstant } from '../protocol/http/constants.ts';
import { endWhenStill } from '../protocol/http/flow.ts';
import { HttpProblem } from '../protocol/problem.ts';
import type { Settings } from '../protocol/settings.ts';
import { networkKey } from './guards/rate-limits.ts';
import { problemHeaders } from './refusals.ts';

/** Bytes of an answer that is always sent: the kernel buffers it at once. */
const SMALL = 64 * 1024;

/** Each caller may use one fourth of the memory for unread answers, so that other callers still get answers. */
const SHARE = 4;

/** Writes may exceed the bounds by half: a caller whose pages fill a bound can still write. */
const WRITES = 1.5;

const callers = new WeakMap<object, string>();

export const noteCaller = (request: FastifyRequest, name: string): void =>
  void callers.set(request.raw, name);

/** The name of the caller, or the network of a caller that is not known. */
export const callerOf = (request: FastifyRequest): string =>
  callers.get(request.raw) ?? networkKey(request.ip);

export function createAnswers({ unreadAnswers, auth }: Pick<Settings, 'unreadAnswers' | 'auth'>): Answers {
  const share = auth === 'open' ? unreadAnswers : unreadAnswers / SHARE;
  const byCaller = new Map<string, number>();
  let all = 0;
  const add = (change: number, caller: string) => {
    all += change;
    const own = (byCaller.get(caller) ?? 0) + change;
    if (own === 0) byCaller.delete(caller);
    else byCaller.set(caller, own);
  };
  return {
    get bytes() {
      return all;
    },
    fits(bytes, caller) {
      const own = byCaller.get(caller) ?? 0;
      return (all === 0 || all + bytes <= unreadAnswers) && (own === 0 || own + bytes <= share);
    },
    free(caller) {
      return Math.max(0, Math.min(unreadAnswers - all, share - (byCaller.get(caller) ?? 0)));
    },
    mayWrite: (caller) => all < WRITES * unreadAnswers && (byCaller.get(caller) ?? 0) < WRITES * share,
    hold(bytes, caller) {
      add(bytes, caller);
      return () => add(-bytes, caller);
    },
  };
}

/** Registers the metric once for each registry: several apps may share it. */
export function measureAnswers(registry: Registry, answers: Answers): Answers {
  new Gauge({
    name: 'modelbox_unread_answer_bytes',
    help: 'Bytes of answers that are made or wait for their readers, without files and other streams.',
    registers: [registry],
    collect() {
      this.set(answers.bytes);
    },
  });
  return answers;
}

/** Requests that wrote. An error would hide their result, so their answers are sent at any size. */
const writes = new WeakSet<object>();

/**
 * Refuses a write before it runs if the caller has too many unread answers.
 * @throws {HttpProblem} unavailable: 503
 */
export function demandRoomToWrite(ctx: Context, request: FastifyRequest, route: Route): void {
  if (!isWrite(route)) return;
  if (!ctx.answers.mayWrite(callerOf(request))) {
    ctx.telemetry.limited('unread');
    throw noRoom();
  }
  writes.add(request.raw);
}

/** Functions that remove the account of answers that are still built. */
const made = new WeakMap<ServerResponse, () => void>();

/**
 * Counts the bytes of an answer while it is built. Otherwise many answers at once could fill the memory before the
 * first one is sent.
 * @throws {HttpProblem} unavailable: 503
 */
export function reserveAnswer(
  ctx: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  bytes: number,
): void {
  endReserve(reply.raw);
  const caller = callerOf(request);
  if (isRefused(ctx, request, bytes)) throw noRoom();
  if (!reply.raw.closed) made.set(reply.raw, whileUnread(reply.raw, ctx.answers.hold(bytes, caller)));
}

/** Counts a page before it is read: `pageBytes`, or what is free if that is less. Returns the bytes of the page. */
export function reservePage(ctx: Context, request: FastifyRequest, reply: FastifyReply): number {
  endReserve(reply.raw);
  const free = ctx.answers.free(callerOf(request));
  const bytes = Math.min(ctx.settings.pageBytes, Math.max(SMALL, free));
  reserveAnswer(ctx, request, reply, bytes);
  return bytes;
}

/** Whether an answer finds no room. If so, counts the refusal. */
function isRefused({ answers, telemetry }: Context, request: FastifyRequest, bytes: number): boolean {
  if (bytes <= SMALL || writes.has(request.raw)) return false;
  if (answers.fits(bytes, callerOf(request))) return false;
  telemetry.limited('unread');
  return true;
}

function endReserve(response: ServerResponse): void {
  made.get(response)?.();
  made.delete(response);
}

/**
 * Bounds unread answers: closes each one whose reader stalls, and limits all together to `unreadAnswers` bytes.
 * Streams, such as files, are not counted, because the server reads them only as fast as their reader. Constants are
 * not counted either, because all answers share their bytes.
 */
export function boundAnswers(app: FastifyInstance, ctx: Context): void {
  const { answers, settings } = ctx;
  app.addHook('onSend', (request, reply, payload, done) => {
    const { raw } = reply;
    endReserve(raw);
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) {
      if (payload) endWhenStill(raw, settings.answerStallTimeout, 'stream');
      return done(null, payload);
    }
    endWhenStill(raw, settings.answerStallTimeout, 'whole');
    if (isConstant(payload)) return done(null, payload);
    const bytes = Buffer.byteLength(payload);
    const caller = callerOf(request);
    if (isRefused(ctx, request, bytes)) return done(null, refuse(request, reply));
    if (!raw.closed) whileUnread(raw, answers.hold(bytes, caller));
    // Node would buffer a string beside its bytes until the last byte is sent.
    done(null, bytes > SMALL && typeof payload === 'string' ? Buffer.from(payload) : payload);
  });
}

const onConnections = new WeakMap<object, Set<() => void>>();

/**
 * Calls `release` once: when the answer was sent, when its connection closes, or when the returned function is called.
 * Node does not emit `close` on a queued answer when its connection closes.
 */
function whileUnread(response: ServerResponse, release: () => void): () => void {
  const { socket } = response.req;
  const held = onConnections.get(socket) ?? new Set();
  if (!onConnections.has(socket)) {
    onConnections.set(socket, held);
    socket.once('close', () => {
      for (const each of held) each();
      held.clear();
    });
  }
  held.add(release);
  const end = () => {
    if (held.delete(release)) release();
  };
  response.once('close', end);
  return end;
}

const noRoom = (): HttpProblem =>
  new HttpProblem(
    'unavailable',
    'Unread answers fill the memory that the server reserves for answers. Nothing was changed. Read ' +
      'the answers or close their connections, then try again.',
    {},
    RETRY_AFTER,
  );

function refuse(request: FastifyRequest, reply: FastifyReply): string {
  const problem = noRoom();
  reply.code(problem.status);
  reply.removeHeader('etag');
  reply.headers(problemHeaders(problem));
  return JSON.stringify(problem.toJSON(request.id));
}

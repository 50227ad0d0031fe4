import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Gauge } from 'prom-client';
import type { Answers, Context } from '../context.ts';
import { RETRY_AFTER } from './errors.ts';
import { endWhenStill } from './flow.ts';
import { HttpProblem } from './problem.ts';
import type { Settings } from './server-settings.ts';

/** Bytes of an answer that goes out whatever waits: the kernel takes it at once. */
const SMALL = 64 * 1024;

/** The part of all unread bytes that one caller may have: others still get their answers. */
const SHARE = 4;

/** Whose answer it is, by its request. */
const callers = new WeakMap<object, string>();

/** Notes whose unread answers the answer counts among. */
export const noteCaller = (request: FastifyRequest, name: string): void =>
  void callers.set(request.raw, name);

const callerOf = (request: FastifyRequest): string => callers.get(request.raw) ?? request.ip;

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
    hold(bytes, caller) {
      add(bytes, caller);
      return () => add(-bytes, caller);
    },
  };
}

/** What ends the account of an answer that is still made. */
const made = new WeakMap<ServerResponse, () => void>();

/**
 * Counts an answer while it is made, with so many bytes as it has so far: many at once would fill the memory before the
 * first of them is sent.
 * @throws {HttpProblem} 503
 */
export function reserveAnswer(
  ctx: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  bytes: number,
): void {
  endReserve(reply.raw);
  const caller = callerOf(request);
  if (bytes > SMALL && !ctx.answers.fits(bytes, caller)) {
    ctx.telemetry.limited('unread');
    throw noRoom();
  }
  if (!reply.raw.closed) made.set(reply.raw, whileUnread(reply.raw, ctx.answers.hold(bytes, caller)));
}

function endReserve(response: ServerResponse): void {
  made.get(response)?.();
  made.delete(response);
}

/**
 * Bounds what answers wait for their readers: each is ended when its reader stands still, and all together have at most
 * `unreadAnswers` bytes. Files and other streams are not counted: they are read when their reader has room.
 */
export function boundAnswers(app: FastifyInstance, ctx: Context): void {
  const { answers, settings, telemetry } = ctx;
  new Gauge({
    name: 'modelbox_unread_answer_bytes',
    help: 'Bytes of answers that are made or wait for their readers, without files and other streams.',
    registers: [telemetry.registry],
    collect() {
      this.set(answers.bytes);
    },
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    const { raw } = reply;
    endReserve(raw);
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) {
      if (payload) endWhenStill(raw, settings.answerStallTimeout, 'stream');
      return done(null, payload);
    }
    endWhenStill(raw, settings.answerStallTimeout, 'whole');
    const bytes = Buffer.byteLength(payload);
    const caller = callerOf(request);
    if (bytes > SMALL && request.method !== 'HEAD' && !answers.fits(bytes, caller)) {
      telemetry.limited('unread');
      return done(null, refuse(request, reply));
    }
    if (!raw.closed) whileUnread(raw, answers.hold(bytes, caller));
    // A text would be kept beside its bytes until the last of them is sent.
    done(null, bytes > SMALL && typeof payload === 'string' ? Buffer.from(payload) : payload);
  });
}

/** What ends the accounts of the answers on a connection. */
const onConnections = new WeakMap<object, Set<() => void>>();

/**
 * Calls `release` once: when the answer has gone out, or its connection, or by what this gives. Node tells no queued
 * answer that its connection is gone.
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
    'Answers that were not read fill the memory that the server has for them. Read them, or close their connections, and try again; smaller pages (`limit`) need less.',
    {},
    RETRY_AFTER,
  );

function refuse(request: FastifyRequest, reply: FastifyReply): string {
  const problem = noRoom();
  reply.code(problem.status);
  reply.removeHeader('etag');
  reply.headers({
    ...problem.headers,
    'cache-control': 'no-store',
    'content-type': 'application/problem+json; charset=utf-8',
  });
  return JSON.stringify(problem.toJSON(request.id));
}

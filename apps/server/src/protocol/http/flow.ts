import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { HttpProblem } from '../problem.ts';

/** Milliseconds that a client has to read an answer that came before its body was all sent. */
const LINGER = 5_000;

/** The reader of a file may have to write to a slow disk before it reads on. */
const READERS_PATIENCE = 5;

/** Requests whose client waits to be told that the body is wanted (RFC 9110, 10.1.1). */
const heldBack = new WeakMap<IncomingMessage, ServerResponse>();

/** Asks for a body only when a verb wants it: what is refused by its headers need not be sent. */
export function deferContinue(server: Server): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    heldBack.set(request, response);
    server.emit('request', request, response);
  });
  // Node's own answer to any other expectation is no problem document; to overlook it is allowed.
  server.on('checkExpectation', (request, response) => void server.emit('request', request, response));
}

/** Whether the client still waits to be asked for its body. */
export const isDeferred = (request: IncomingMessage): boolean => heldBack.has(request);

/** To be called before a body is read. */
export function askForBody(request: IncomingMessage): void {
  heldBack.get(request)?.writeContinue();
  heldBack.delete(request);
}

/**
 * Reads the content of a file, but gives up with 400 if the client stands still: if nothing arrives for the whole of
 * `timeout`, although the body is not complete and nothing that has arrived waits to be stored.
 */
export async function whileFlowing<T>(
  body: Readable,
  timeout: number,
  read: (stalled: AbortSignal) => Promise<T>,
): Promise<T> {
  const request = body as IncomingMessage;
  const { socket } = request;
  const stalled = new AbortController();
  let seen = socket.bytesRead;
  const timer = setInterval(() => {
    const isStill = socket.bytesRead === seen && body.readableLength === 0 && !request.complete;
    seen = socket.bytesRead;
    if (isStill) stalled.abort(new HttpProblem('malformed', `Nothing of the body came for ${timeout} ms.`));
  }, timeout);
  try {
    askForBody(request);
    return await read(stalled.signal);
  } finally {
    clearInterval(timer);
  }
}

/**
 * After an answer that came before the body was all there: takes in the rest, so that the client gets to read the
 * answer and the connection can serve on; but not for long.
 */
export function discardRest(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  const timer = setTimeout(() => request.destroy(), LINGER);
  request.once('close', () => clearTimeout(timer));
  request.resume();
}

/**
 * Breaks an answer off whose reader stands still: it would keep memory, a file or a connection to the store for ever. The
 * socket sees each byte that the reader takes. A store that sends nothing for as long ends its stream, too.
 * @param timeout Milliseconds without progress; of a stream five times as many.
 */
export function endWhenStill(response: ServerResponse, timeout: number, kind: 'whole' | 'stream'): void {
  const patience = kind === 'stream' ? timeout * READERS_PATIENCE : timeout;
  response.setTimeout(patience, () => response.destroy());
  // Before Node sets the time that an idle connection has: a request that is served next may take as long as it likes.
  response.prependOnceListener('finish', () => {
    // A request that Fastify injects has a socket without timers.
    if (response.socket instanceof Socket) response.socket.setTimeout(0);
  });
}

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { HttpProblem } from '../problem.ts';

/** Milliseconds that a client has to read an answer that came before the end of its body. */
const LINGER = 5_000;

/** Factor for streams: the reader of a file may have to write to a slow disk before it continues. */
const READERS_PATIENCE = 5;

/** Requests whose client waits for `100 Continue` (RFC 9110, 10.1.1). */
const heldBack = new WeakMap<IncomingMessage, ServerResponse>();

/**
 * Sends `100 Continue` only when a verb reads the body. A client need not send a body that the headers already rule
 * out.
 */
export function deferContinue(server: Server): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    heldBack.set(request, response);
    server.emit('request', request, response);
  });
  // RFC 9110 allows ignoring other expectations. Node's own answer would not be a problem document.
  server.on('checkExpectation', (request, response) => void server.emit('request', request, response));
}

export const isDeferred = (request: IncomingMessage): boolean => heldBack.has(request);

/** Call this before reading a body. */
export function askForBody(request: IncomingMessage): void {
  heldBack.get(request)?.writeContinue();
  heldBack.delete(request);
}

/**
 * Reads the content of a file. Aborts with 400 if the client stalls: nothing arrives for `timeout`, the body is not
 * complete, and no received bytes wait to be stored.
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
    if (isStill)
      stalled.abort(
        new HttpProblem(
          'malformed',
          `No bytes of the body arrived for ${timeout} ms. Send the request again.`,
        ),
      );
  }, timeout);
  try {
    askForBody(request);
    return await read(stalled.signal);
  } finally {
    clearInterval(timer);
  }
}

/**
 * Drains the rest of a body after an early answer, so that the client can read the answer and reuse the connection.
 * Stops after `LINGER`.
 */
export function discardRest(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  const timer = setTimeout(() => request.destroy(), LINGER);
  request.once('close', () => clearTimeout(timer));
  request.resume();
}

/**
 * Closes an answer whose reader stalls; otherwise it would keep memory, a file or a store connection forever. The timer
 * of the socket restarts with each byte that the reader accepts. A stalled store ends its stream too.
 * @param timeout milliseconds without progress; five times as many for a stream.
 */
export function endWhenStill(response: ServerResponse, timeout: number, kind: 'whole' | 'stream'): void {
  const patience = kind === 'stream' ? timeout * READERS_PATIENCE : timeout;
  response.setTimeout(patience, () => response.destroy());
  // Runs before Node sets the idle timeout of the connection. The next request on it has no time limit.
  response.prependOnceListener('finish', () => {
    // A request that Fastify injects has a socket without timers.
    if (response.socket instanceof Socket) response.socket.setTimeout(0);
  });
}

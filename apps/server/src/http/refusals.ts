import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../protocol/context.ts';
import { toProblem } from '../protocol/errors.ts';
import { discardRest, isDeferred } from '../protocol/http/flow.ts';
import { HttpProblem } from '../protocol/problem.ts';
import { lingerOnClose } from './guards/connections.ts';
import { demandLocal } from './guards/local-guard.ts';
import { NOT_KEPT, SECURITY_HEADERS } from './guards/security-headers.ts';
import { demandSoundHeaders } from './guards/sound-headers.ts';
import { demandSoundUrl } from './guards/sound-url.ts';
import { observe } from './observe.ts';

const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

export const problemHeaders = ({ headers }: HttpProblem): Record<string, string> => ({
  ...NOT_KEPT,
  ...headers,
  'content-type': PROBLEM_TYPE,
});

/** Answers an error with problem details. Logs the cause of a server error. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = toProblem(error);
  if (problem.status >= 500) request.log.error({ err: error }, problem.message);
  // The server never asked for this body. If the client still sends it, the bytes would look like the next request.
  if (isDeferred(request.raw)) reply.header('connection', 'close');
  lingerOnClose(request.raw);
  return reply
    .code(problem.status)
    .headers(problemHeaders(problem))
    .send(JSON.stringify(problem.toJSON(request.id)));
}

/** Sets the headers of every answer, and refuses requests that the server must not answer. */
export function admit(ctx: Context, request: FastifyRequest, reply: FastifyReply): void {
  reply.header('x-request-id', request.id);
  reply.headers(SECURITY_HEADERS);
  if (request.method !== 'GET' && request.method !== 'HEAD') reply.headers(NOT_KEPT);
  demandSoundHeaders(request.raw);
  if (ctx.settings.auth === 'open' && !ctx.settings.allowRemote) demandLocal(request.headers);
  demandSoundUrl(request.raw.url ?? '');
}

/** Answers what the router refuses, such as a bare `%` in a path. Hooks do not run for these requests. */
export const routerErrors =
  (ctx: Context) =>
  (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    reply.raw.once('finish', () => {
      observe(ctx, request, reply, 'none');
      discardRest(request.raw);
    });
    try {
      admit(ctx, request, reply);
      answerError(error, request, reply);
    } catch (refusal) {
      answerError(refusal, request, reply);
    }
  };

const WORDS: Record<string, string> = {
  HPE_HEADER_OVERFLOW:
    'The URL and headers are too large: this server allows 200 headers, and 16 KiB in all.',
  ERR_HTTP_REQUEST_TIMEOUT: 'The headers did not arrive in time.',
};

/** Answers malformed HTTP, which never becomes a request, and closes the connection. */
export function answerNoRequest(this: FastifyInstance, error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const requestId = randomUUID();
  this.log.info({ requestId, err: error.message }, 'refused a request that is not well-formed HTTP');
  const detail = WORDS[error.code ?? ''] ?? 'The request is not well-formed HTTP.';
  const body = JSON.stringify(new HttpProblem('malformed', detail).toJSON(requestId));
  if (socket.writable) {
    socket.write(
      `HTTP/1.1 400 Bad Request\r\nContent-Type: ${PROBLEM_TYPE}\r\nX-Request-Id: ${requestId}\r\n` +
        Object.entries({ ...SECURITY_HEADERS, ...NOT_KEPT })
          .map(([name, value]) => `${name}: ${value}\r\n`)
          .join('') +
        `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  }
  socket.destroySoon();
}

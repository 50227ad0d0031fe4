import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { RETRY_AFTER } from '../protocol/errors.ts';
import { HttpProblem } from '../protocol/problem.ts';
import { isOver } from './guards/connections.ts';

const MOST_WAITING = 100;

interface Line {
  isBusy: boolean;
  readonly waiting: (() => void)[];
}

const lines = new WeakMap<Socket, Line>();

/**
 * Serves the requests of a connection one after the other. Node emits pipelined requests at once, so a client that
 * reads nothing would make the server buffer an answer for each.
 */
export function serveInTurn(app: FastifyInstance): void {
  app.addHook('onRequest', ({ raw: { socket } }, reply, done) => {
    const line = lines.get(socket) ?? { isBusy: false, waiting: [] };
    lines.set(socket, line);
    const serve = () => {
      // The last answer on the connection began while the request waited.
      if (isOver(socket)) return;
      line.isBusy = true;
      reply.raw.once('close', () => {
        line.isBusy = false;
        // Nobody would receive the other answers.
        if (socket.destroyed) line.waiting.length = 0;
        else line.waiting.shift()?.();
      });
      done();
    };
    if (!line.isBusy) return serve();
    if (line.waiting.length < MOST_WAITING) return void line.waiting.push(serve);
    done(tooMany());
  });
}

const tooMany = (): HttpProblem =>
  new HttpProblem(
    'rate_limited',
    `More than ${MOST_WAITING} requests wait on this connection. Read the answers before you send ` +
      'more requests, or use more connections.',
    {},
    RETRY_AFTER,
  );

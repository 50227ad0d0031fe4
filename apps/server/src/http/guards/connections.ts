import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

/** Milliseconds between two checks of the connections of a stopping server. */
const EVERY = 25;

/** Milliseconds without traffic after which a stopping server closes a connection: a client may be about to send. */
const QUIET = 1_000;

/**
 * Turns of the event loop that accept connections before the listener closes. Node accepts one a turn, from a backlog
 * of at most 511.
 */
const ACCEPTING = 1_000;
/** Turns without a new connection after which no connection waits. */
const NONE = 3;

/** Milliseconds that a client has to close its side after the last answer. */
const LINGER = 5_000;

interface Connection {
  unanswered: number;
  newest: object | undefined;
  /** The last answer has begun: later requests are not served. */
  isOver: boolean;
  since: number;
  bytesRead: number;
}

interface Connections {
  readonly open: Map<Socket, Connection>;
  accepted: number;
  isStopping: boolean;
}

const byServer = new WeakMap<Server, Connections>();
const bySocket = new WeakMap<Socket, { readonly all: Connections; readonly connection: Connection }>();

/** Tracks a server's connections, so that `drainConnections` can end them. */
export function watchConnections(server: Server): void {
  const all: Connections = { open: new Map(), accepted: 0, isStopping: false };
  byServer.set(server, all);
  server.on('connection', (socket: Socket) => {
    const connection = {
      unanswered: 0,
      newest: undefined,
      isOver: false,
      since: performance.now(),
      bytesRead: 0,
    };
    all.open.set(socket, connection);
    all.accepted += 1;
    bySocket.set(socket, { all, connection });
    socket.once('close', () => all.open.delete(socket));
    if (all.isStopping) closeSoftly(socket, connection);
  });
  server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    const connection = all.open.get(socket);
    if (!connection) return;
    connection.newest = response;
    connection.unanswered += 1;
    response.once('close', () => {
      connection.unanswered -= 1;
      connection.since = performance.now();
    });
  });
}

/** Whether the connection's last answer has begun. The client treats a later request as unanswered. */
export const isOver = (socket: Socket): boolean => bySocket.get(socket)?.connection.isOver ?? false;

/**
 * Sends `Connection: close` with the last answer on each connection while the server stops. An earlier answer to
 * pipelined requests must not send it: the client would treat the others as unanswered.
 */
export class ClosingResponse<R extends IncomingMessage = IncomingMessage> extends ServerResponse<R> {
  override writeHead(status: number, ...rest: unknown[]): this {
    const found = bySocket.get(this.req.socket);
    if (found?.all.isStopping) {
      const isLast = found.connection.newest === this;
      if (isLast) this.setHeader('connection', 'close');
      else this.removeHeader('connection');
      found.connection.isOver ||= isLast;
    }
    return super.writeHead(status, ...(rest as []));
  }
}

/**
 * Stops listening and waits until every connection ends: with the answer to its next request, or after a quiet second.
 * Closing at once could cross with a request on its way.
 * @param signal cuts off open connections when it aborts.
 */
export async function drainConnections(server: Server, signal: AbortSignal): Promise<void> {
  const all = byServer.get(server);
  if (!all) throw new Error('nobody watches the connections of this server');
  all.isStopping = true;
  await acceptWaiting(all);
  const { promise: drained, resolve } = Promise.withResolvers<void>();
  // The `close` of the HTTP server would close idle connections at once.
  NetServer.prototype.close.call(server, () => resolve());
  const begun = performance.now();
  for (const [socket, connection] of all.open) closeSoftly(socket, connection);
  const look = () => {
    const now = performance.now();
    for (const [socket, connection] of all.open) {
      if (socket.bytesRead !== connection.bytesRead) connection.since = now;
      connection.bytesRead = socket.bytesRead;
      if (connection.isOver || connection.unanswered > 0) continue;
      if (now - Math.max(begun, connection.since) >= QUIET) socket.destroy();
    }
  };
  const timer = setInterval(look, EVERY);
  const cutOff = () => {
    for (const socket of all.open.keys()) socket.destroy();
  };
  signal.addEventListener('abort', cutOff);
  if (signal.aborted) cutOff();
  await drained;
  signal.removeEventListener('abort', cutOff);
  clearInterval(timer);
}

/** Accepts the connections that the kernel has established: closing the listener would reset them. */
async function acceptWaiting(all: Connections): Promise<void> {
  for (let turns = 0, none = 0; turns < ACCEPTING && none < NONE; turns += 1) {
    const { accepted } = all;
    await turn();
    none = all.accepted === accepted ? none + 1 : 0;
  }
}

/** Drains the rest of the body on a connection that ends with a refusal, so that the client can read the answer. */
export function lingerOnClose({ complete, socket }: IncomingMessage): void {
  const found = bySocket.get(socket);
  if (found && !complete) closeSoftly(socket, found.connection);
}

/**
 * Closes the connection in two steps (RFC 9112, 9.6): the server's side after the last answer, the rest when the client
 * has closed. Unread bytes at a close would reset the connection, and the client could lose the answer.
 */
function closeSoftly(socket: Socket, connection: Connection): void {
  socket.destroySoon = () => {
    connection.isOver = true;
    socket.end();
    socket.resume();
    const timer = setTimeout(() => socket.destroy(), LINGER);
    socket.once('close', () => clearTimeout(timer));
  };
}

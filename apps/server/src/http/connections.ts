import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/** Milliseconds between two looks for connections that have become idle, while the server closes. */
const EVERY = 50;

/**
 * Lets a server that has stopped listening come to its end: Node ends the connections that are idle at that moment, but
 * not those whose request ends later, nor those on which none ever began, such as browsers open in advance.
 * @returns starts ending them as they become idle; what that returns stops it.
 */
export function endIdleConnections(server: Server): () => () => void {
  const unused = new Set<Socket>();
  const isUsed = ({ socket }: IncomingMessage) => unused.delete(socket);
  server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', isUsed);
  const end = () => {
    for (const socket of unused) socket.destroy();
    server.closeIdleConnections();
  };
  return () => {
    const timer = setInterval(end, EVERY);
    return () => clearInterval(timer);
  };
}

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A connection to a server that tests can disturb. */
export interface TcpProxy {
  readonly endpoint: string;
  /** Whether the proxy reads data of clients. */
  stall(isStalled: boolean): void;
  /** Whether the connection breaks when the server starts to answer. */
  loseAnswers(areLost: boolean): void;
  close(): void;
}

export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const clients = new Set<Socket>();
  let isStalled = false;
  let areLost = false;
  const proxy = createServer((client) => {
    const server = connect(Number(port), hostname);
    for (const [socket, peer] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket);
          clients.delete(socket);
          peer.destroy();
        });
    }
    clients.add(client);
    client.pipe(server);
    if (isStalled) client.pause();
    server.on('data', (chunk) => {
      if (areLost) client.destroy();
      else client.write(chunk);
    });
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    stall(stalled) {
      isStalled = stalled;
      for (const client of clients) {
        if (stalled) client.pause();
        else client.resume();
      }
    },
    loseAnswers(lost) {
      areLost = lost;
    },
    close() {
      proxy.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection on which a test sends any bytes, HTTP or not. */
export interface RawConnection {
  readonly socket: Socket;
  send(text: string | Uint8Array): void;
  text(): string;
  until(pattern: RegExp): Promise<RegExpExecArray>;
  closed(): Promise<string>;
}

/** @param localAddress the address that the connection comes from. */
export async function connectRaw(url: string, localAddress?: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, ...(localAddress && { localAddress }) });
  let text = '';
  let isClosed = false;
  const looks = new Set<() => void>();
  const wake = () => {
    for (const look of looks) look();
  };
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    wake();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    isClosed = true;
    wake();
  });
  await once(socket, 'connect');
  const when = <T>(look: () => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const check = () => {
        const found = look();
        if (found === undefined) return;
        looks.delete(check);
        resolve(found);
      };
      looks.add(check);
      check();
    });
  return {
    socket,
    send: (data) => void socket.write(data),
    text: () => text,
    until: (pattern) => when(() => pattern.exec(text) ?? undefined),
    closed: () => when(() => (isClosed ? text : undefined)),
  };
}

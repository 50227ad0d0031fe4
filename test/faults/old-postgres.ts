import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const int16 = (value: number): Buffer => int32(value).subarray(2);
const message = (type: string, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
};

/**
 * A server that speaks enough of Postgres' protocol to accept everybody and to report an old version. A real old
 * Postgres is not available.
 */
export async function oldPostgres(version: number): Promise<{ port: number; close(): void }> {
  const idle = message('Z', Buffer.from('I'));
  const column = [
    Buffer.from('server_version_num\0'),
    int32(0),
    int16(0),
    int32(25),
    int16(-1),
    int32(-1),
    int16(0),
  ];
  const value = Buffer.from(`${version}`);
  const answer = Buffer.concat([
    message('T', int16(1), ...column),
    message('D', int16(1), int32(value.length), value),
    message('C', Buffer.from('SHOW\0')),
    idle,
  ]);
  const server = createServer((socket: Socket) => {
    let isStarted = false;
    socket.on('error', () => {});
    socket.on('data', (data) => {
      if (!isStarted) socket.write(Buffer.concat([message('R', int32(0)), idle]));
      else if (data[0] === 'Q'.charCodeAt(0)) socket.write(answer);
      isStarted = true;
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}

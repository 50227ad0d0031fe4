import { once } from 'node:events';
import { connect } from 'node:net';

/** A request written to the socket as it is, for what no client library sends. Gives all that the server says. */
export async function rawRequest(
  { url }: { url: string },
  text: string | Buffer,
  { end = false, waitMs = 5_000 } = {},
): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', () => {});
  socket.write(text);
  if (end) socket.end();
  const timer = setTimeout(() => socket.destroy(), waitMs);
  await once(socket, 'close');
  clearTimeout(timer);
  return Buffer.concat(chunks).toString('latin1');
}

/** Writes a part of a request and hangs up without a word. */
export async function hangUp(
  { url }: { url: string },
  text: string | Buffer,
  afterMs: number,
): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.on('error', () => {});
  socket.write(text);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  socket.resetAndDestroy();
  await once(socket, 'close');
}

import { connectRaw } from './raw.ts';

/**
 * Writes a request to the socket as it is, even if no client library could send it. Returns all bytes of the answer.
 */
export async function rawRequest(
  { url }: { url: string },
  text: string | Buffer,
  { end = false, waitMs = 5_000 } = {},
): Promise<string> {
  const connection = await connectRaw(url);
  connection.send(text);
  if (end) connection.socket.end();
  const timer = setTimeout(() => connection.socket.destroy(), waitMs);
  const answer = await connection.closed();
  clearTimeout(timer);
  return answer;
}

/** Writes a part of a request, then resets the connection. */
export async function hangUp(
  { url }: { url: string },
  text: string | Buffer,
  afterMs: number,
): Promise<void> {
  const connection = await connectRaw(url);
  connection.send(text);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  connection.socket.resetAndDestroy();
  await connection.closed();
}

import { sha256 } from '../core/sha256.ts';

/**
 * Returns the SHA-256 of all chunks in hex. Throws the reason of the signal if it fires. `onBytes` receives the sum
 * so far.
 */
export async function hashOf(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<string> {
  const hash = sha256();
  let bytes = 0;
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    hash.update(chunk);
    bytes += chunk.byteLength;
    onBytes(bytes);
  }
  return hash.hex();
}

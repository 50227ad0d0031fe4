import { AbortError, ModelBoxError } from './errors.ts';
import { nodeModule } from './node.ts';
import { sleep } from './sleep.ts';

/** Milliseconds between tries to write to a full pipe. */
const FULL_MS = 5;

/**
 * Writes chunks into a pipe, a device or a standard stream. Never blocks on a pipe without an end: the pipe needs a
 * reader at the start, and `signal` ends the wait for a stalled reader.
 * @throws ModelBoxError if the pipe has no reader; the error of `node:fs`, such as `EPIPE`, if its reader leaves
 */
export async function writeInto(
  into: string | 1 | 2,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (typeof into === 'number') return writeToStandard(into, chunks);
  const fs = nodeModule('fs/promises', 'Writing a file');
  const { O_WRONLY, O_NONBLOCK = 0 } = fs.constants;
  const file = await fs.open(into, O_WRONLY | O_NONBLOCK).catch((error: unknown) => {
    if (!hasCode(error, 'ENXIO')) throw error;
    throw new ModelBoxError(`${into} is a pipe that nobody reads; start its reader first`, { cause: error });
  });
  try {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.byteLength; ) {
        try {
          at += (await file.write(chunk, at, chunk.byteLength - at, null)).bytesWritten;
        } catch (error) {
          if (!hasCode(error, 'EAGAIN')) throw error;
          await pause(signal);
        }
      }
    }
  } finally {
    await file.close();
  }
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(FULL_MS, signal ?? new AbortController().signal);
  } catch (error) {
    throw new AbortError('The call was aborted', { cause: error });
  }
}

/** Uses the stream of Node, which supports terminals, files, pipes and sockets. */
async function writeToStandard(fd: 1 | 2, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const stream = fd === 1 ? globalThis.process.stdout : globalThis.process.stderr;
  // An unhandled error event would end the process.
  const ignore = () => {};
  stream.on('error', ignore);
  try {
    for await (const chunk of chunks) {
      await new Promise<void>((resolve, reject) => {
        stream.write(chunk, (error) => (error ? reject(error) : resolve()));
      });
    }
  } finally {
    stream.off('error', ignore);
  }
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

import { AbortError, ModelBoxError } from './errors.ts';
import { nodeModule } from './node.ts';
import { sleep } from './sleep.ts';

/** Milliseconds between looks at a pipe that is full. */
const FULL_MS = 5;

/**
 * Writes chunks into a pipe or a device, or into a standard stream. A pipe is never waited for where nothing could end
 * the wait: it needs a reader at the start, and `signal` ends it while its reader stands still.
 * @throws ModelBoxError if nobody reads the pipe; what `node:fs` throws, `EPIPE` if its reader leaves
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

/** By Node's own stream, which writes to whatever the standard stream is: a terminal, a file, a pipe or a socket. */
async function writeToStandard(fd: 1 | 2, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const stream = fd === 1 ? globalThis.process.stdout : globalThis.process.stderr;
  // An error is also an event, which would end the process if nobody listened.
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

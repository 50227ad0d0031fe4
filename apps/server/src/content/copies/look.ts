import { createHash } from 'node:crypto';
import { constants } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { BlobNotFound, BlobRangeInvalid } from '@modelbox/blobs';
import type { Context } from '../../protocol/context.ts';

export interface Copy {
  readonly key: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

export type Fault = 'missing' | 'wrong_size' | 'wrong_hash' | 'unreadable';

type Store = Pick<Context, 'blobs'>;

/** Milliseconds before the second check: longer than an eventually consistent store usually needs. */
const AGAIN = 250;
/** Milliseconds that a reader may run ahead of its rate before it waits. */
const SLACK = 50;

/**
 * Runs a check, and runs it again if it finds a fault, because one failure proves nothing.
 * @returns the fault that the second check found. Undefined if either check found none.
 */
export async function confirmed(
  look: () => Promise<Fault | undefined>,
  signal?: AbortSignal,
): Promise<Fault | undefined> {
  if ((await look()) === undefined) return undefined;
  await pause(AGAIN, undefined, signal ? { signal } : {});
  return look();
}

/** Checks that a copy exists with the right size. @throws BlobStoreUnavailable */
export const statCopy = ({ blobs }: Store, copy: Copy): Promise<Fault | undefined> =>
  inFaults(async () => {
    const { sizeBytes } = await blobs.stat(copy.key);
    return sizeBytes === copy.sizeBytes ? undefined : 'wrong_size';
  });

export interface Pace {
  readonly signal?: AbortSignal | undefined;
  /** Default: no limit. */
  readonly bytesPerSecond?: number;
  /** Receives the number of bytes of each chunk. */
  readonly onBytes?: (count: number) => void;
}

export const readCopy = (
  { blobs }: Store,
  copy: Copy,
  { signal, bytesPerSecond, onBytes }: Pace = {},
): Promise<Fault | undefined> =>
  inFaults(async () => {
    const aborting = signal ? { signal } : {};
    const { stream, sizeBytes } = await blobs.read(copy.key, aborting);
    if (sizeBytes !== copy.sizeBytes) {
      stream.destroy();
      return 'wrong_size';
    }
    const hash = createHash('sha256');
    const start = performance.now();
    let bytes = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
      onBytes?.(chunk.length);
      if (bytesPerSecond === undefined) continue;
      const ahead = (bytes / bytesPerSecond) * 1000 - (performance.now() - start);
      if (ahead > SLACK) await pause(ahead, undefined, aborting);
    }
    return hash.digest('hex') === copy.sha256 ? undefined : 'wrong_hash';
  });

async function inFaults(look: () => Promise<Fault | undefined>): Promise<Fault | undefined> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof BlobNotFound) return 'missing';
    if (error instanceof BlobRangeInvalid) return 'wrong_size';
    if (isUnreadable(error)) return 'unreadable';
    throw error;
  }
}

/** EIO, and the checksum errors of file systems: EBADMSG (74) and EUCLEAN (117), which Node does not name. */
const UNREADABLE = [constants.errno.EIO, 74, 117].map((errno) => -errno);

/** Whether the store works but cannot return the bytes of this copy: a bad block, or an archived S3 object. */
export const isUnreadable = (error: unknown): boolean =>
  [error, (error as Error).cause].some((each) => {
    const { errno = 0, code } = (each ?? {}) as NodeJS.ErrnoException;
    return UNREADABLE.includes(errno) || code === 'InvalidObjectState';
  });

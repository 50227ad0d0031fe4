import { stat } from 'node:fs/promises';
import type { BufferPool } from './buffers.ts';
import { onDisk } from './disk-errors.ts';
import type { DiskLayout } from './disk-layout.ts';
import type { DiskReaders } from './disk-readers.ts';
import { BlobNotFound } from './errors.ts';
import type { UnderWay } from './under-way.ts';

/** What all that one store does shares. */
export interface DiskWork {
  readonly layout: DiskLayout;
  readonly buffers: BufferPool;
  /** What of `tmp` and `uploads` is in use now: the sweep is not to touch it. */
  readonly underWay: UnderWay;
  readonly readers: DiskReaders;
}

/** An unmounted disk has no files either: nobody may conclude from that that a blob is gone. */
export const assertPresent = (layout: DiskLayout): Promise<unknown> => onDisk(stat(layout.objects));

/** @throws BlobNotFound */
export async function missing(layout: DiskLayout, key: string): Promise<never> {
  await assertPresent(layout);
  throw new BlobNotFound(key);
}

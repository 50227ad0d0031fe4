import { stat } from 'node:fs/promises';
import type { BufferPool } from './buffers.ts';
import { onDisk } from './disk-errors.ts';
import type { DiskLayout } from './disk-layout.ts';
import type { DiskReaders } from './disk-readers.ts';
import { BlobNotFound } from './errors.ts';
import type { UnderWay } from './under-way.ts';

/** The shared state of a disk store. */
export interface DiskWork {
  readonly layout: DiskLayout;
  readonly buffers: BufferPool;
  /** The names in `tmp` and `uploads` that are in use, which the sweep must not touch. */
  readonly underWay: UnderWay;
  readonly readers: DiskReaders;
}

/** An unmounted disk has no files either, which must not look like missing blobs. */
export const assertPresent = (layout: DiskLayout): Promise<unknown> => onDisk(stat(layout.objects));

/** @throws BlobNotFound */
export async function missing(layout: DiskLayout, key: string): Promise<never> {
  await assertPresent(layout);
  throw new BlobNotFound(key);
}

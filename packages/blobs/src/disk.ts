import { resolve } from 'node:path';
import { createBufferPool } from './buffers.ts';
import { checkDisk, freeOnDisk } from './disk-check.ts';
import { claimDisk, ownerOnDisk } from './disk-claim.ts';
import { onDisk } from './disk-errors.ts';
import { openLayout } from './disk-layout.ts';
import { listDisk, statBlob } from './disk-list.ts';
import { createDiskMultipart } from './disk-multipart.ts';
import { readFromDisk } from './disk-read.ts';
import { createDiskReaders } from './disk-readers.ts';
import { deleteFromDisk } from './disk-remove.ts';
import { sweepDisk } from './disk-sweep.ts';
import { type DiskWork, missing } from './disk-work.ts';
import { writeToDisk } from './disk-write.ts';
import type { BlobStore } from './store.ts';
import { createUnderWay } from './under-way.ts';

/**
 * Opens a store in a local directory, which is created if missing. Only servers may write below the root; several
 * servers can share a filesystem.
 * @throws BlobStoreUnavailable if the directory cannot be created or used.
 */
export async function openDiskStore({ root }: { readonly root: string }): Promise<BlobStore> {
  const layout = await onDisk(openLayout(resolve(root)));
  const work: DiskWork = {
    layout,
    buffers: createBufferPool(),
    underWay: createUnderWay(),
    readers: createDiskReaders(),
  };
  return {
    write: (source, options = {}) => writeToDisk(work, source, options),
    read: (key, options = {}) => readFromDisk(work, key, options),
    stat: async (key) => ({ key, ...((await statBlob(layout.pathOf(key))) ?? (await missing(layout, key))) }),
    delete: async (key) => deleteFromDisk(work, key),
    list: (listing = {}) => listDisk(layout, listing),
    multipart: createDiskMultipart(work),
    sweepTemporary: (olderThan, keep = new Set()) => sweepDisk(work, olderThan, keep),
    owner: () => ownerOnDisk(work),
    claim: (id) => claimDisk(work, id),
    check: () => checkDisk(layout),
    freeBytes: () => freeOnDisk(layout),
  };
}

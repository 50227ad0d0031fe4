import { type BlobStore, BlobStoreFull, BlobStoreReadOnly } from '@modelbox/blobs';
import { Gauge, type Registry } from 'prom-client';
import { cachedFor } from './cached-for.ts';
import { inTime } from './in-time.ts';

const STATES = ['ok', 'full', 'read_only', 'unavailable'] as const;
type StoreState = (typeof STATES)[number];

export async function checkStore(blobs: BlobStore): Promise<{ state: StoreState; error?: unknown }> {
  try {
    await inTime((signal) => blobs.check({ signal }));
    return { state: 'ok' };
  } catch (error) {
    if (error instanceof BlobStoreFull) return { state: 'full', error };
    return { state: error instanceof BlobStoreReadOnly ? 'read_only' : 'unavailable', error };
  }
}

export function measureStore(registry: Registry, blobs: BlobStore): void {
  const found = cachedFor(() => checkStore(blobs));
  new Gauge({
    name: 'modelbox_blob_store_state',
    help: 'The state of the file store: 1 for the one that it is in.',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const now = (await found())?.state;
      for (const state of STATES) this.set({ state }, state === now ? 1 : 0);
    },
  });
  const { freeBytes } = blobs;
  if (freeBytes === undefined) return;
  const free = cachedFor(() => inTime(freeBytes));
  new Gauge({
    name: 'modelbox_blob_store_free_bytes',
    help: 'Bytes that the disk of the file store has room for.',
    registers: [registry],
    async collect() {
      this.set((await free()) ?? Number.NaN);
    },
  });
}

import type { Database } from '@modelbox/db';
import { Counter, Gauge, type Registry } from 'prom-client';
import { cachedFor } from '../cached-for.ts';

/** Bytes and counts of the content in the store, as the database records them. */
export interface BlobFigures {
  readonly stored: number;
  /** Bytes without a file as of the last sweep, plus bytes that are about to be deleted. */
  readonly reclaimable: number;
  readonly corrupt: number;
}

export async function blobFigures(db: Database): Promise<BlobFigures> {
  const { rows } = await db.background.query<BlobFigures>(
    `SELECT b.bytes + d.bytes AS stored, b.lost + d.bytes AS reclaimable, b.corrupt FROM
       (SELECT coalesce(sum(size_bytes), 0)::float8 AS bytes, count(corrupt_at)::float8 AS corrupt,
               coalesce(sum(size_bytes) FILTER (WHERE unreferenced_since IS NOT NULL), 0)::float8 AS lost
            FROM blobs) AS b,
       (SELECT coalesce(sum(size_bytes), 0)::float8 AS bytes FROM pending_deletions WHERE removed_at IS NULL) AS d`,
  );
  const [figures] = rows;
  if (figures === undefined) throw new Error('a sum without a row');
  return figures;
}

/** Registers the metrics of the store. Returns the counter of bytes that this server deleted. */
export function measureBlobs(registry: Registry, db: Database): Counter {
  const figures = cachedFor(() => blobFigures(db));
  new Gauge({
    name: 'modelbox_blob_bytes',
    help: 'Bytes of content: `stored`, and of these `referenced` by files and `reclaimable` by sweeps.',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const found = await figures();
      this.set({ state: 'stored' }, found?.stored ?? Number.NaN);
      this.set({ state: 'referenced' }, found ? found.stored - found.reclaimable : Number.NaN);
      this.set({ state: 'reclaimable' }, found?.reclaimable ?? Number.NaN);
    },
  });
  new Gauge({
    name: 'modelbox_blobs_corrupt',
    help: 'Contents whose stored bytes were found damaged or missing.',
    registers: [registry],
    async collect() {
      this.set((await figures())?.corrupt ?? Number.NaN);
    },
  });
  return new Counter({
    name: 'modelbox_blob_reclaimed_bytes_total',
    help: 'Bytes of content that this server removed from the store.',
    registers: [registry],
  });
}

import type { Database } from '@modelbox/db';
import { Gauge, type Registry } from 'prom-client';
import { cachedFor } from '../cached-for.ts';

interface UploadFigures {
  readonly state: string;
  readonly count: number;
  readonly bytes: number;
}

/** `removing`: the upload ended, and its parts in the store are not deleted yet. */
const STATES = ['open', 'verifying', 'removing'];

async function uploadFigures(db: Database): Promise<UploadFigures[]> {
  const { rows } = await db.background.query<UploadFigures>(
    `SELECT CASE WHEN state IN ('open', 'verifying') THEN state ELSE 'removing' END AS state,
       count(*)::float8 AS count, sum(size_bytes)::float8 AS bytes
     FROM uploads WHERE cleaned_at IS NULL GROUP BY 1`,
  );
  return rows;
}

export function measureUploads(registry: Registry, db: Database): void {
  const figures = cachedFor(() => uploadFigures(db));
  const gauge = (name: string, help: string, field: 'count' | 'bytes') =>
    new Gauge({
      name,
      help,
      labelNames: ['state'],
      registers: [registry],
      async collect() {
        const found = await figures();
        for (const state of STATES) {
          const none = found === undefined ? Number.NaN : 0;
          this.set({ state }, found?.find((row) => row.state === state)?.[field] ?? none);
        }
      },
    });
  gauge(
    'modelbox_uploads',
    'Uploads in parts: `open`, `verifying`, or `removing` after an abort or a failure.',
    'count',
  );
  gauge('modelbox_upload_bytes', 'Announced sizes of uploads in parts, in bytes, by state.', 'bytes');
}

import type { Database } from '@modelbox/db';
import { Gauge, type Registry } from 'prom-client';
import { cachedFor } from '../cached-for.ts';

/** Uploads in parts of one state, and the bytes that they are or will be. */
interface UploadFigures {
  readonly state: string;
  readonly count: number;
  readonly bytes: number;
}

/** `removing`: given up, and what lies of them in the store is not removed yet. */
const STATES = ['open', 'verifying', 'removing'];

async function uploadFigures(db: Database): Promise<UploadFigures[]> {
  const { rows } = await db.background.query<UploadFigures>(
    `SELECT CASE WHEN state IN ('open', 'verifying') THEN state ELSE 'removing' END AS state,
       count(*)::float8 AS count, sum(size_bytes)::float8 AS bytes
     FROM uploads WHERE cleaned_at IS NULL GROUP BY 1`,
  );
  return rows;
}

/** Adds the metrics of uploads that come in parts. */
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
  gauge('modelbox_uploads', 'Uploads in parts: `open`, `verifying`, and `removing` where given up.', 'count');
  gauge('modelbox_upload_bytes', 'Bytes that uploads in parts were announced with, by state.', 'bytes');
}

import { statfs } from 'node:fs/promises';
import type { Database } from '@modelbox/db';
import { Gauge, type Registry } from 'prom-client';
import { cachedFor } from '../cached-for.ts';

/** Milliseconds for which a reading is cached. */
const GOOD_FOR = 60_000;

/** The size of a table with its indexes and TOAST data, and the row count that Postgres estimates. */
export interface TableFigures {
  readonly table: string;
  readonly bytes: number;
  readonly rows: number;
}

/** Reads the catalog and the statistics, so the cost does not depend on the size of the tables. */
export async function tableFigures(db: Database): Promise<TableFigures[]> {
  const { rows } = await db.background.query<TableFigures>(
    `SELECT c.relname AS table, pg_total_relation_size(c.oid)::float8 AS bytes,
            CASE WHEN s.n_live_tup > 0 THEN s.n_live_tup ELSE greatest(c.reltuples, 0) END::float8 AS rows
     FROM pg_class c LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
     WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace ORDER BY 1`,
  );
  return rows;
}

export function measureGrowth(registry: Registry, db: Database, dataDir: string): void {
  const tables = cachedFor(() => tableFigures(db), GOOD_FOR);
  const ofTables = (name: string, help: string, field: 'bytes' | 'rows') =>
    new Gauge({
      name,
      help,
      labelNames: ['table'],
      registers: [registry],
      async collect() {
        for (const figures of (await tables()) ?? []) this.set({ table: figures.table }, figures[field]);
      },
    });
  ofTables('modelbox_table_bytes', 'Bytes of a table with its indexes, at most a minute old.', 'bytes');
  ofTables(
    'modelbox_table_rows',
    'Rows of a table as Postgres estimates them, at most a minute old.',
    'rows',
  );
  const disk = cachedFor(() => statfs(dataDir));
  const ofDisk = (name: string, help: string, field: 'bavail' | 'blocks') =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        const found = await disk();
        this.set(found ? found[field] * found.bsize : Number.NaN);
      },
    });
  ofDisk(
    'modelbox_data_dir_free_bytes',
    'Bytes free for the server on the disk of the data folder.',
    'bavail',
  );
  ofDisk('modelbox_data_dir_size_bytes', 'Bytes of the disk of the data folder.', 'blocks');
}

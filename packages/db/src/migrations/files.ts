import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A migration as it lies in the repository. */
export interface Migration {
  /** The folder's name: fourteen digits of time, then words; the order of names is the order of migrations. */
  name: string;
  sql: string;
  /** SHA-256 of the file in hex, as Prisma keeps it. */
  checksum: string;
}

/** `prisma/migrations` of this repository. */
export const defaultMigrationsDirectory = fileURLToPath(
  new URL('../../../../prisma/migrations', import.meta.url),
);

/** The migrations in a folder, oldest first. */
export async function readMigrations(directory = defaultMigrationsDirectory): Promise<Migration[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.toSorted().map(async (name) => {
      const sql = await readFile(join(directory, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

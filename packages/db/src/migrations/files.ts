import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A migration of the repository. */
export interface Migration {
  /** The name of the folder: fourteen digits of time, then words. Migrations run in the order of their names. */
  name: string;
  sql: string;
  /** The SHA-256 of the file in hex, as in the table of Prisma. */
  checksum: string;
}

/** A file of `prisma/functions`: the current text of one function or view, with its triggers or rules. */
export interface FunctionFile {
  /** The file's name without `.sql`, which is the name of the function or view. */
  name: string;
  sql: string;
  /** SHA-256 of the file in hex. */
  hash: string;
}

/** The functions and views of a release. */
export interface Functions {
  /** Counts the edits of the files: of two releases the later one has the higher number. */
  edition: number;
  /** In the order in which they are applied. */
  files: FunctionFile[];
}

/** `prisma` of this repository. */
export const prismaDirectory = fileURLToPath(new URL('../../../../prisma', import.meta.url));

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** The migrations of a Prisma folder, oldest first. */
export async function readMigrations(directory = prismaDirectory): Promise<Migration[]> {
  const entries = await readdir(join(directory, 'migrations'), { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.toSorted().map(async (name) => {
      const sql = await readFile(join(directory, 'migrations', name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: sha256(sql) };
    }),
  );
}

const isView = ({ sql }: FunctionFile) => /^CREATE OR REPLACE VIEW\b/m.test(sql);

/** The functions and views of a Prisma folder. Views come last, because Postgres checks what a view uses. */
export async function readFunctions(directory = prismaDirectory): Promise<Functions> {
  const folder = join(directory, 'functions');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql'));
  const files = await Promise.all(
    names.toSorted().map(async (file) => {
      const sql = await readFile(join(folder, file), 'utf8');
      return { name: file.slice(0, -'.sql'.length), sql, hash: sha256(sql) };
    }),
  );
  const { edition } = JSON.parse(await readFile(join(folder, 'edition.json'), 'utf8')) as Functions;
  return { edition, files: [...files.filter((file) => !isView(file)), ...files.filter(isView)] };
}

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { startEmbeddedPostgres, unpackCluster } from '@modelbox/db';
import type { Config } from '../config/config.ts';
import { blobsFolder, postgresFolder } from '../config/data-folders.ts';
import { copyFile, syncFolder } from './copy-file.ts';
import { BackupError, DATABASE, LABEL, Label, PASSWORD, parseLine, SUMS, type Sum } from './layout.ts';
import { missingContent } from './missing-content.ts';
import { inUnits, progress } from './progress.ts';

const AT_ONCE = 8;
const RESTORING = '.restoring-';

export interface RestoreOptions {
  readonly config: Pick<Config, 'dataDir' | 'databaseUrl'>;
  readonly source: string;
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

/**
 * Makes a data folder from a backup. Compares every file with its SHA-256, and starts the database once, so that it
 * replays its log. The folder stays empty until everything is complete.
 * @throws BackupError
 */
export async function restore({ config, source, signal, tell }: RestoreOptions): Promise<Label> {
  const { dataDir, databaseUrl } = config;
  if (databaseUrl !== undefined)
    throw new BackupError('DATABASE_URL is set: this command restores the embedded Postgres only. Unset it.');
  const from = resolve(source);
  const label = await readLabel(from);
  const sums = await readSums(from, label);
  await demandEmpty(dataDir);
  const unfinished = await mkdtemp(join(dataDir, RESTORING));
  try {
    await copyFiles(from, unfinished, sums, signal, progress(tell, 'files', label.bytes));
    tell(`files: done, ${label.files} with ${inUnits(label.bytes)}, all verified`);
    const postgres = postgresFolder(unfinished);
    await mkdir(postgres, { mode: 0o700 });
    await rename(join(unfinished, PASSWORD), join(postgres, PASSWORD));
    await unpackCluster(join(from, DATABASE), postgres);
    await tryDatabase(unfinished, tell);
    signal.throwIfAborted();
    // The database moves last: a server that starts without it refuses the files, because they carry another marker.
    for (const folder of [blobsFolder, postgresFolder])
      if (existsSync(folder(unfinished))) await rename(folder(unfinished), folder(dataDir));
    await syncFolder(dataDir);
    return label;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function readLabel(from: string): Promise<Label> {
  const text = await readFile(join(from, LABEL), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new BackupError(`${from} is not a backup: ${LABEL} cannot be read there (${error.code}).`);
  });
  try {
    return Label.parse(JSON.parse(text));
  } catch {
    throw new BackupError(
      `${join(from, LABEL)} is damaged, or was made by a newer release. Use that release, or another backup.`,
    );
  }
}

async function readSums(from: string, label: Label): Promise<Sum[]> {
  const file = await open(join(from, SUMS));
  const hash = createHash('sha256');
  const sums: Sum[] = [];
  for await (const line of file.readLines()) {
    hash.update(`${line}\n`);
    const sum = parseLine(line);
    if (sum) sums.push(sum);
  }
  if (hash.digest('hex') !== label.sha256 || sums.length !== label.files)
    throw new BackupError(`${join(from, SUMS)} is damaged. Use another backup.`);
  return sums;
}

async function demandEmpty(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const [found] = await readdir(dataDir);
  if (found === undefined) return;
  const advice = found.startsWith(RESTORING)
    ? `An interrupted restore left ${found}. Remove it if no restore is running`
    : 'Set MODELBOX_DATA_DIR to an empty or new folder';
  throw new BackupError(`${dataDir} is not empty, and a restore never overwrites anything. ${advice}.`);
}

async function copyFiles(
  from: string,
  to: string,
  sums: readonly Sum[],
  signal: AbortSignal,
  at: (bytes: number) => void,
): Promise<void> {
  const damaged: string[] = [];
  let bytes = 0;
  const copy = async ({ path, sha256 }: Sum) => {
    const target = path === DATABASE ? undefined : join(to, path);
    if (target !== undefined) await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    const copied = await copyFile(join(from, path), target, signal).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return undefined;
    });
    if (copied?.sha256 !== sha256) damaged.push(path);
    bytes += copied?.sizeBytes ?? 0;
    at(bytes);
  };
  for (let next = 0; next < sums.length; next += AT_ONCE)
    await Promise.all(sums.slice(next, next + AT_ONCE).map(copy));
  if (damaged.length === 0) return;
  const some = damaged.slice(0, 10).join(', ');
  throw new BackupError(
    `The backup is damaged: ${damaged.length} of its files are missing or changed (${some}). ` +
      'Nothing was restored. Use another backup.',
  );
}

/** Lets the database replay its log, and warns about content that the database refers to but the store lacks. */
async function tryDatabase(dataDir: string, tell: (line: string) => void): Promise<void> {
  const postgres = await startEmbeddedPostgres({ dataDir: postgresFolder(dataDir), restartOnCrash: false });
  try {
    const missing = await missingContent(postgres.connectionString, dataDir);
    tell('database: done, started once as a check');
    if (missing.length === 0) return;
    tell(
      `warning: ${missing.length} contents are missing, as on the server that was backed up: ` +
        `${missing.slice(0, 10).join(', ')}. Files with this content become "corrupt". Uploading the content ` +
        'again repairs them.',
    );
  } finally {
    await postgres.stop();
  }
}

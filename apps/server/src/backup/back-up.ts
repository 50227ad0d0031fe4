import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { type BackupSession, hasCluster, isLockTimeout, openBackupSession } from '@modelbox/db';
import type { Config } from '../config/config.ts';
import { postgresFolder } from '../config/data-folders.ts';
import { reachEmbedded } from '../system/reach-database.ts';
import { VERSION } from '../system/version.ts';
import { copyFile, syncFolder } from './copy-file.ts';
import { BackupError, BLOBS, DATABASE, isOurs, LABEL, type Label, lineOf, PASSWORD, SUMS } from './layout.ts';
import { inUnits, progress } from './progress.ts';

const AT_ONCE = 8;

export interface BackupOptions {
  readonly config: Pick<Config, 'dataDir' | 'databaseUrl' | 'blobs'>;
  readonly destination: string;
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

/**
 * Copies the embedded database and the file store of a running or stopped server to a new folder. The folder appears
 * when it is complete. The database is copied before the content. Content never changes, and the session lock keeps
 * workers from removing it meanwhile.
 * @throws BackupError
 */
export async function backUp(options: BackupOptions): Promise<Label> {
  const { config, signal, tell } = options;
  const { dataDir } = config;
  const destination = resolve(options.destination);
  demandOtherFolder(config, destination);
  await mkdir(dirname(destination), { recursive: true });
  const unfinished = `${destination}.unfinished-${randomBytes(4).toString('hex')}`;
  await mkdir(unfinished, { mode: 0o700 });
  try {
    const { session, end } = await connect(dataDir);
    let label: Label;
    try {
      const startedAt = (await session.now()).toISOString();
      const hasFiles = config.blobs === 'disk';
      const made = await whileConnected(session, signal, (either) =>
        write({ dataDir, unfinished, hasFiles, signal: either, tell, session }),
      );
      label = { format: 1, version: VERSION, startedAt, ...made };
    } finally {
      await end();
    }
    await writeWhole(join(unfinished, LABEL), `${JSON.stringify(label, undefined, 2)}\n`);
    await syncFolder(unfinished);
    await rename(unfinished, destination);
    await syncFolder(dirname(destination));
    return label;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}

function demandOtherFolder({ databaseUrl, dataDir }: BackupOptions['config'], destination: string): void {
  if (databaseUrl !== undefined)
    throw new BackupError(
      'DATABASE_URL is set: this command backs up the embedded Postgres only. docs/operations.md explains how to ' +
        'back up your own Postgres with pg_dump, and then the files.',
    );
  if (!hasCluster(postgresFolder(dataDir)))
    throw new BackupError(
      `${dataDir} contains no database. Set MODELBOX_DATA_DIR to the data folder of the server.`,
    );
  if (existsSync(destination))
    throw new BackupError(
      `${destination} already exists, and a backup never overwrites anything. Choose a new folder.`,
    );
  const inside = relative(dataDir, destination);
  if (inside !== '..' && !inside.startsWith(`..${sep}`))
    throw new BackupError(
      `${destination} is inside ${dataDir}, so the backup would be lost together with the data. Choose another folder.`,
    );
}

/** Connects to the database of a running server, or starts the database of a stopped one for the backup. */
async function connect(dataDir: string): Promise<{ session: BackupSession; end: () => Promise<void> }> {
  const { url, end } = await reachEmbedded(dataDir);
  const session = await openSession(url).catch(async (error: unknown) => {
    await end();
    throw error;
  });
  return { session, end: () => session.end().then(end) };
}

/** Aborts the work if the caller cancels it, or if the connection is lost: the connection holds the lock. */
async function whileConnected<T>(
  session: BackupSession,
  signal: AbortSignal,
  work: (either: AbortSignal) => Promise<T>,
): Promise<T> {
  const lost = new AbortController();
  session.lost.catch(({ message }: Error) =>
    lost.abort(
      new BackupError(
        `The connection to the database was lost (${message}). Try again when the database is running.`,
      ),
    ),
  );
  const either = AbortSignal.any([signal, lost.signal]);
  either.addEventListener('abort', session.cut);
  try {
    return await work(either);
  } catch (error) {
    throw either.aborted ? either.reason : error;
  } finally {
    either.removeEventListener('abort', session.cut);
  }
}

async function openSession(url: string): Promise<BackupSession> {
  try {
    return await openBackupSession(url);
  } catch (error) {
    throw isLockTimeout(error)
      ? new BackupError('Another backup is running. Wait until it is finished.')
      : error;
  }
}

interface Writing {
  readonly dataDir: string;
  readonly unfinished: string;
  readonly hasFiles: boolean;
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
  readonly session: BackupSession;
}

async function write(writing: Writing): Promise<Pick<Label, 'files' | 'bytes' | 'sha256'>> {
  const { dataDir, unfinished, hasFiles, signal, tell, session } = writing;
  const sums = await open(join(unfinished, SUMS), 'wx', 0o600);
  const hash = createHash('sha256');
  let files = 0;
  let bytes = 0;
  const add = async (path: string, { sizeBytes, sha256 }: { sizeBytes: number; sha256: string }) => {
    const line = lineOf({ path, sha256 });
    hash.update(line);
    files += 1;
    bytes += sizeBytes;
    await sums.writeFile(line);
  };
  try {
    const at = progress(tell, 'database');
    const database = await session.writeCluster(join(unfinished, DATABASE), at);
    await add(DATABASE, database);
    await add(
      PASSWORD,
      await copyFile(join(postgresFolder(dataDir), PASSWORD), join(unfinished, PASSWORD), signal),
    );
    tell(`database: done, ${inUnits(database.sizeBytes)}`);
    if (hasFiles) await copyBlobs(writing, add);
    await sums.sync();
    return { files, bytes, sha256: hash.digest('hex') };
  } finally {
    await sums.close();
  }
}

type Add = (path: string, copied: { sizeBytes: number; sha256: string }) => Promise<void>;

/** Copies parts of open uploads first. If an upload is completed meanwhile, the objects contain its content. */
async function copyBlobs({ dataDir, unfinished, signal, tell, session }: Writing, add: Add): Promise<void> {
  const at = progress(tell, 'files', await session.contentBytes());
  let bytes = 0;
  let files = 0;
  const orphans: string[] = [];
  const copy = async (path: string) => {
    const copied = await copyFile(join(dataDir, path), join(unfinished, path), signal).catch(ifMissing);
    if (copied === undefined) return undefined;
    bytes += copied.sizeBytes;
    files += 1;
    at(bytes);
    return { path, copied };
  };
  let batch: string[] = [];
  const flush = async () => {
    // Added in order, so that the same files give the same list.
    for (const done of await Promise.all(batch.map(copy))) if (done) await add(done.path, done.copied);
    batch = [];
  };
  const take = (path: string) => {
    (isOurs(path) ? batch : orphans).push(path);
  };
  await mkdir(join(unfinished, BLOBS), { mode: 0o700 });
  for (const folder of ['uploads', 'objects']) {
    for await (const path of filesBelow(dataDir, unfinished, join(BLOBS, folder))) {
      take(path);
      if (batch.length === AT_ONCE) await flush();
    }
  }
  for (const { name } of await filesIn(join(dataDir, BLOBS))) take(join(BLOBS, name));
  await flush();
  if (orphans.length > 0)
    tell(
      `warning: ${orphans.length} files that do not belong to the store are left out: ` +
        `${orphans.slice(0, 10).join(', ')}`,
    );
  tell(`files: done, ${files} with ${inUnits(bytes)}`);
}

const filesIn = async (folder: string) =>
  (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile());

/** Yields every file below a folder of the data folder, and creates the same folders in the backup. */
async function* filesBelow(dataDir: string, unfinished: string, folder: string): AsyncGenerator<string> {
  const entries = await readdir(join(dataDir, folder), { withFileTypes: true }).catch(ifMissing);
  if (entries === undefined) return;
  await mkdir(join(unfinished, folder), { mode: 0o700 });
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isFile()) yield path;
    else if (entry.isDirectory()) yield* filesBelow(dataDir, unfinished, path);
  }
}

/** Ignores a file that was removed meanwhile: unreferenced content, or a part of a completed upload. */
function ifMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

async function writeWhole(path: string, text: string): Promise<void> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'wx', 0o600);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file?.close();
  }
}

import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { PostgresBinaries } from './binaries.ts';
import { EmbeddedPostgresError } from './errors.ts';
import { namespacesWork, type RunAs, spawnAs } from './run-as.ts';

/** The major version of the packaged Postgres. A cluster of another version needs a dump and restore. */
const packagedMajor = '18';

export const clusterUser = 'modelbox';

/** The password file of the cluster in a data directory. */
export const passwordFileOf = (dataDir: string): string => join(dataDir, 'postgres.password');

const unfinished = 'postgres.init-';

/** Removes the remains of an interrupted initdb. */
export function removeUnfinishedClusters(dataDir: string): void {
  for (const name of readdirSync(dataDir)) {
    if (name.startsWith(unfinished)) rmSync(join(dataDir, name), { recursive: true, force: true });
  }
}

/**
 * Creates the cluster in `clusterDir` if it is missing: UTF-8, text ordered by code point, SCRAM with a random
 * password. Creates it under another name and renames it when it is complete, so that an interrupted initdb leaves
 * nothing that looks like a cluster.
 * @returns the password
 * @throws EmbeddedPostgresError `data_dir_unusable`, `start_failed`
 */
export async function ensureCluster(
  dataDir: string,
  clusterDir: string,
  binaries: PostgresBinaries,
  runAs: RunAs,
  durable: boolean,
): Promise<string> {
  const passwordFile = passwordFileOf(dataDir);
  if (existsSync(clusterDir)) {
    checkVersion(clusterDir);
    if (existsSync(passwordFile)) return readFileSync(passwordFile, 'utf8').trim();
    throw new EmbeddedPostgresError(
      'data_dir_unusable',
      `${passwordFile} is missing. It has the password of the database there: restore the file from a ` +
        `backup of the data directory.`,
    );
  }

  const password = randomBytes(24).toString('base64url');
  // Stored before the cluster exists, because nobody can log in without it.
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600, flush: true });
  const target = join(dataDir, `${unfinished}${randomBytes(4).toString('hex')}`);
  mkdirSync(target, { mode: 0o700 });
  if (runAs.kind === 'user') for (const path of [passwordFile, target]) chownSync(path, runAs.uid, runAs.gid);
  const args = [
    `--pgdata=${target}`,
    `--username=${clusterUser}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(durable ? [] : ['--no-sync']),
  ];
  await runInitdb(binaries, runAs, args);
  renameSync(target, clusterDir);
  return password;
}

function checkVersion(clusterDir: string): void {
  const version = readFileSync(join(clusterDir, 'PG_VERSION'), 'utf8').trim();
  if (version === packagedMajor) return;
  throw new EmbeddedPostgresError(
    'data_dir_unusable',
    `${clusterDir} was written by Postgres ${version}, but this release contains Postgres ` +
      `${packagedMajor}. Dump the database with the release that wrote it, and restore it with this one.`,
  );
}

/** Unlike Postgres, initdb requires a user name, which the user of some containers lacks. */
async function runInitdb(binaries: PostgresBinaries, runAs: RunAs, args: string[]): Promise<void> {
  const { failure, output } = await run(binaries.initdb, runAs, args);
  if (!failure) return;
  if (output.includes('could not look up effective user') && runAs.kind !== 'namespace') {
    if (namespacesWork(binaries)) return runInitdb(binaries, { kind: 'namespace' }, args);
    const advice =
      'The user that runs the server has no name on this system. Add one to /etc/passwd, or set ' +
      'DATABASE_URL';
    throw new EmbeddedPostgresError('start_failed', `${advice} to a Postgres 15 or later.\n${output}`);
  }
  throw new EmbeddedPostgresError('start_failed', `initdb failed (${failure}):\n${output}`);
}

function run(file: string, runAs: RunAs, args: string[]): Promise<{ failure?: string; output: string }> {
  return new Promise((resolve) => {
    let output = '';
    const child = spawnAs(runAs, file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        output += chunk;
      });
    }
    child.once('error', (error) => resolve({ failure: error.message, output }));
    child.once('close', (code, signal) =>
      resolve(code === 0 ? { output } : { failure: signal ?? `exit code ${code}`, output }),
    );
  });
}

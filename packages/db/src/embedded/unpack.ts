import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { findBinaries } from './binaries.ts';
import { chooseRunAs } from './run-as.ts';
import { clusterDirOf } from './start.ts';

/** Whether a data directory has a cluster of the embedded Postgres. */
export const hasCluster = (dataDir: string): boolean => existsSync(clusterDirOf(dataDir));

/** Unpacks the tar of a base backup as the cluster of a data directory, so that Postgres can start on it. */
export async function unpackCluster(tar: string, dataDir: string): Promise<void> {
  const clusterDir = clusterDirOf(dataDir);
  // Call this before mkdir: `chooseRunAs` takes the owner of an existing folder, which would be the current user.
  const { runAs } = chooseRunAs(dataDir, clusterDir, findBinaries());
  await mkdir(clusterDir, { mode: 0o700 });
  await run('tar', ['--extract', `--file=${tar}`, `--directory=${clusterDir}`, '--no-same-owner']);
  if (runAs.kind !== 'user') return;
  for (const path of ['.', ...(await readdir(clusterDir, { recursive: true }))])
    await chown(join(clusterDir, path), runAs.uid, runAs.gid);
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  if (code !== 0) throw new Error(`${command} failed: ${said.trim()}`);
}

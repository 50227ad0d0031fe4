import type { ChildProcess } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.ts';
import type { PostgresBinaries } from './binaries.ts';
import { EmbeddedPostgresError } from './errors.ts';
import { readPostmasterPid } from './postmaster-pid.ts';
import { type RunAs, spawnAs } from './run-as.ts';

export interface PostmasterOptions {
  clusterDir: string;
  binaries: PostgresBinaries;
  runAs: RunAs;
  logFile: string;
  /** Server settings (`postgres -c`). */
  settings: Record<string, string | number>;
  log: Log;
}

/** A running postmaster on 127.0.0.1. */
export interface Postmaster {
  pid: number;
  port: number;
  exited: Promise<void>;
  hasExited: () => boolean;
}

/** Backends of a killed postmaster may survive for a moment, and the new one refuses to start beside them. */
const leftoversSeconds = 15;
const maxLogBytes = 16 * 1024 * 1024;

/**
 * Starts the postmaster and waits until it accepts connections, however long its crash recovery takes.
 * @param port the port. Undefined: any free one.
 * @throws EmbeddedPostgresError `start_failed`
 */
export async function startPostmaster(options: PostmasterOptions, port?: number): Promise<Postmaster> {
  boundLog(options.logFile);
  const deadline = Date.now() + leftoversSeconds * 1000;
  for (let attempt = 1; ; attempt++) {
    const chosen = port ?? (await freePort());
    const started = await tryStart(options, chosen);
    if (!('said' in started)) return started;
    const portTaken = /could not bind|Address already in use/.test(started.said);
    const leftovers = /pre-existing shared memory block|lock file "postmaster.pid" already exists/.test(
      started.said,
    );
    const again =
      leftovers || (portTaken && port !== undefined) ? Date.now() < deadline : portTaken && attempt < 5;
    if (!again) {
      throw new EmbeddedPostgresError(
        'start_failed',
        `Postgres did not start; ${options.logFile} ends with:\n${started.said}`,
      );
    }
    await sleep(100);
  }
}

async function tryStart(options: PostmasterOptions, port: number): Promise<Postmaster | { said: string }> {
  const { clusterDir, binaries, runAs, logFile, log } = options;
  const settings = Object.entries({ ...options.settings, port }).flatMap(([key, value]) => [
    '-c',
    `${key}=${value}`,
  ]);
  const output = openSync(logFile, 'a', 0o600);
  const logStart = fstatSync(output).size;
  let child: ChildProcess;
  try {
    const stdio = ['ignore', output, output] as const;
    child = spawnAs(runAs, binaries.postgres, ['-D', clusterDir, ...settings], { stdio: [...stdio] });
  } finally {
    closeSync(output);
  }

  let over = false;
  const exited = new Promise<void>((resolve) => {
    const end = () => {
      over = true;
      resolve();
    };
    child.once('exit', end);
    child.once('error', end);
  });
  for (let waited = 0; !over; waited += 10) {
    const state = readPostmasterPid(clusterDir);
    if (state?.ready && state.pid === child.pid) {
      return { pid: child.pid, port, exited, hasExited: () => over };
    }
    if (waited > 0 && waited % 10_000 === 0)
      log.info({ logFile }, 'waiting for Postgres to recover from a crash');
    await Promise.race([sleep(10), exited]);
  }
  return { said: readFileSync(logFile).subarray(logStart).toString('utf8').slice(-4000).trim() };
}

/**
 * Rotates the log of Postgres when it is too long. Postgres appends to the open file, so the file is copied and
 * truncated; a line written in between is lost.
 */
export function boundLog(logFile: string): void {
  if (!existsSync(logFile) || statSync(logFile).size <= maxLogBytes) return;
  copyFileSync(logFile, `${logFile}.1`);
  truncateSync(logFile);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

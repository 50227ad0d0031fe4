import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** Halves the start time: the processes of a run share their compiled code. */
export const compileCache = process.env['NODE_COMPILE_CACHE'] ?? join(root, 'node_modules/.cache/compile');

/** A server in its own process, as users run it. */
export interface ServerProcess {
  readonly child: ChildProcess;
  /** Its address; resolves when the server prints it. */
  readonly url: Promise<string>;
  output(): string;
  /** Exit code or signal; resolves when the process has ended and its output is closed. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/**
 * Runs the server's entry point with these settings only.
 * @param within command that wraps it.
 * @param from root folder of its code.
 */
export function runServer(
  settings: Record<string, string>,
  args: readonly string[] = [],
  within: readonly string[] = [],
  from = root,
): ServerProcess {
  const entry = join(from, 'apps/server/src/bin/modelbox-server.ts');
  const [command = '', ...rest] = [...within, process.execPath, entry, ...args];
  const child = spawn(command, rest, {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? tmpdir(),
      NODE_COMPILE_CACHE: compileCache,
      MODELBOX_PORT: '0',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.add(child);
  let output = '';
  const url = new Promise<string>((resolve, reject) => {
    const look = (chunk: Buffer) => {
      output += chunk.toString();
      const found = /ModelBox listens on (\S+)/.exec(output)?.[1];
      if (found) resolve(found);
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.once('close', () => reject(new Error(`The server ended before it listened:\n${output}`)));
  });
  url.catch(() => {});
  const ended = once(child, 'close').then(([code, signal]) => {
    started.delete(child);
    return (code ?? signal) as number | NodeJS.Signals | null;
  });
  return { child, url, output: () => output, ended };
}

const started = new Set<ChildProcess>();
const folders: string[] = [];

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'modelbox-fault-'));
  folders.push(folder);
  return folder;
}

export async function cleanUp(): Promise<void> {
  for (const child of started) {
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    await closed;
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Whether a process runs. A zombie, which its parent has not collected yet, does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch (error) {
    // Without /proc, only the signal can tell.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && !existsSync('/proc/self');
  }
}

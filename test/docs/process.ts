import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from './markdown.ts';

/** The address that the pages print. The tests replace only this address. */
const PRINTED = '127.0.0.1:8085';

/** A server process on a free port, and a folder that stands for the reader's clone. */
export interface Scene {
  readonly folder: string;
  /** Printed addresses, and the real ones that replace them. */
  readonly replaced: Readonly<Record<string, string>>;
  readonly env: NodeJS.ProcessEnv;
  /** Log lines of the server, from warnings up. */
  log(): string;
  stop(): Promise<void>;
}

export interface Stage {
  readonly settings: NodeJS.ProcessEnv;
  readonly env: NodeJS.ProcessEnv;
  /** Printed addresses, and the real ones that replace them. */
  readonly replaced: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * @param databaseUrl a migrated, empty database.
 * @param stage stops with the scene.
 */
export async function openScene(databaseUrl: string, stage?: Stage): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'modelbox-docs-'));
  const clone = join(folder, 'clone');
  mkdirSync(clone);
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
  writeFileSync(join(clone, 'package.json'), '{ "type": "module" }');
  // curl prints an error answer and also exits with an error.
  writeFileSync(join(folder, '.curlrc'), 'silent\nshow-error\nfail-with-body\nmax-time = 30\n');
  const env = {
    PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
    HOME: folder,
    CURL_HOME: folder,
    LANG: 'C.UTF-8',
    // Halves the start time of the servers.
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(root, 'node_modules/.cache/compile'),
  };
  const server = spawn(process.execPath, [join(root, 'apps/server/src/bin/modelbox-server.ts')], {
    env: {
      ...env,
      DATABASE_URL: databaseUrl,
      MODELBOX_PORT: '0',
      MODELBOX_DATA_DIR: join(folder, 'data'),
      MODELBOX_LOG_LEVEL: 'warn',
      MODELBOX_CHECK_ANSWERS: 'true',
      ...stage?.settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [server.stdout, server.stderr])
    stream.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
  const stop = async () => {
    await end(server);
    await stage?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const address = await addressOf(server, () => log);
    const clientEnv = { ...env, MODELBOX_ADDR: `http://${address}`, ...stage?.env };
    const replaced = { [PRINTED]: address, ...stage?.replaced };
    return { folder: clone, replaced, env: clientEnv, log: () => log.replace(/^[^{].*\n/gm, ''), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function addressOf(server: ChildProcess, log: () => string): Promise<string> {
  const listens = new Promise<string>((resolve) => {
    server.stdout?.on('data', () => {
      const address = /ModelBox listens on http:\/\/(\S+)/.exec(log())?.[1];
      if (address !== undefined) resolve(address);
    });
  });
  const ended = once(server, 'exit').then(() => Promise.reject(new Error(`the server ended:\n${log()}`)));
  return Promise.race([listens, ended]);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

export async function run(
  command: string,
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<{ code: number | null; output: string; errors: string }> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output: Buffer.concat(output).toString(), errors: Buffer.concat(errors).toString() };
}

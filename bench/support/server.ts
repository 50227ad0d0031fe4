import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const BIN = join(import.meta.dirname, '../../apps/server/src/bin/modelbox-server.ts');

export interface Subject {
  readonly url: string;
  readonly pid: number;
  readonly dataDir: string;
  api<Body = { id: string }>(method: string, path: string, body?: unknown): Promise<Body>;
  stop(): Promise<void>;
}

/**
 * Starts the server like `npm start`, on an existing database. Discards its log.
 * @param env more settings.
 * @param nodeOptions more options of Node, for example for a profile.
 */
export async function startServer(
  databaseUrl: string,
  env: Readonly<Record<string, string>>,
  nodeOptions: readonly string[],
): Promise<Subject> {
  const dataDir = mkdtempSync(join(tmpdir(), 'modelbox-bench-'));
  const port = await freePort();
  const child = spawn(process.execPath, [...nodeOptions, BIN], {
    env: {
      ...process.env,
      ...env,
      DATABASE_URL: databaseUrl,
      MODELBOX_DATA_DIR: dataDir,
      MODELBOX_PORT: String(port),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(child, url).catch((error: unknown) => {
    rmSync(dataDir, { recursive: true, force: true });
    throw error;
  });
  return {
    url,
    pid: child.pid ?? 0,
    dataDir,
    api: async (method, path, body) => {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as never;
    },
    stop: async () => {
      const gone = once(child, 'exit');
      if (child.kill('SIGTERM')) await gone;
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  while (child.exitCode === null) {
    const response = await fetch(`${url}/readyz`).catch(() => undefined);
    await response?.arrayBuffer();
    if (response?.ok) return;
    await sleep(50);
  }
  throw new Error('the server did not start');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { debianCommand, unpackDebian } from '../../packages/blobs/src/testing/debian.ts';
import { newFolder } from './process.ts';

/** The folder of an unpacked PgBouncer, or the reason why there is none. */
export const findPgBouncer = (): Promise<{ root: string } | { reason: string }> =>
  unpackDebian('pgbouncer', ['pgbouncer']).then(
    (root) => ({ root }),
    (error: Error) => ({ reason: `no PgBouncer: ${error.message.split('\n')[0]}` }),
  );

export interface PgBouncer {
  readonly url: string;
  stop(): Promise<void>;
}

export async function startPgBouncer(
  root: string,
  databaseUrl: string,
  settings: Record<string, string>,
): Promise<PgBouncer> {
  const target = new URL(databaseUrl);
  const name = target.pathname.slice(1);
  const port = await freePort();
  const lines = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    // PgBouncer admits everybody; its configuration contains the password of Postgres.
    auth_type: 'any',
    // PgBouncer refuses to run as root.
    ...(process.getuid?.() === 0 ? { user: 'nobody' } : {}),
    ...settings,
  };
  const folder = newFolder();
  chmodSync(folder, 0o755);
  const file = join(folder, 'pgbouncer.ini');
  writeFileSync(
    file,
    `[databases]\n${name} = host=${target.hostname} port=${target.port} user=${target.username} ` +
      `password='${decodeURIComponent(target.password)}'\n` +
      `[pgbouncer]\n${Object.entries(lines)
        .map(([key, value]) => `${key} = ${value}\n`)
        .join('')}`,
  );
  const [command = '', ...args] = debianCommand(root, 'sbin/pgbouncer');
  const child = spawn(command, [...args, file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await listens(child, port, () => said);
  return {
    url: `postgres://${target.username}@127.0.0.1:${port}/${name}`,
    stop: async () => {
      if (child.exitCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}

async function listens(child: ChildProcess, port: number, said: () => string): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`PgBouncer ended:\n${said()}`);
    const socket = connect(port, '127.0.0.1');
    const isOpen = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isOpen) return;
    await sleep(20);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

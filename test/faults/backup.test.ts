import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { runningUrl } from '@modelbox/db';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Load, startLoad } from './load.ts';
import { cleanUp, compileCache, newFolder, runServer, type ServerProcess } from './process.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const bin = join(import.meta.dirname, '../../apps/server/src/bin');
let dataDir: string;
let server: ServerProcess;
let url: string;
let load: Load;
/** A server under load. The first test stops the load, and the last test the server. */
beforeAll(async () => {
  dataDir = join(newFolder(), 'data');
  server = runServer({ MODELBOX_DATA_DIR: dataDir, MODELBOX_LOG_LEVEL: 'warn' });
  url = await server.url;
  load = await startLoad(url);
  await vi.waitFor(() => expect(load.fewest()).toBeGreaterThan(5), { timeout: 60_000, interval: 20 });
});
afterAll(cleanUp);

const command = (name: 'backup' | 'restore', folder: string, env: Record<string, string>) =>
  spawn(process.execPath, [join(bin, `modelbox-${name}.ts`), folder], {
    env: { PATH: process.env['PATH'] ?? '', NODE_COMPILE_CACHE: compileCache, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
async function run(name: 'backup' | 'restore', folder: string, env: Record<string, string>) {
  const child = command(name, folder, env);
  const [out, said, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  expect(said).not.toMatch(/\n\s+at /);
  return { code, out, said };
}
const backup = (to: string, env = {}) => run('backup', to, { MODELBOX_DATA_DIR: dataDir, ...env });
const restored = async (from: string) => {
  const folder = join(newFolder(), 'restored');
  const done = await run('restore', from, { MODELBOX_DATA_DIR: folder });
  expect(done).toMatchObject({ code: 0, said: expect.not.stringContaining('warning') });
  return folder;
};
/** Files that a backup leaves beside its name. */
const leftOf = (to: string) => readdirSync(dirname(to)).filter((name) => name.startsWith(basename(to)));

async function afterStart(folder: string, demand: (at: string) => Promise<void>): Promise<void> {
  const other = runServer({ MODELBOX_DATA_DIR: folder, MODELBOX_LOG_LEVEL: 'warn' });
  await demand(await other.url);
  other.child.kill('SIGTERM');
  expect(await other.ended).toBe(0);
}

test('a backup of a running server under load contains every write answered before', async () => {
  const to = join(newFolder(), 'backup');
  const bytes = Buffer.alloc(6 * 2 ** 20, 'parts');
  const send = async (method: string, path: string, body?: unknown, headers = {}) => {
    const isBytes = body instanceof Buffer;
    const type = isBytes ? 'application/octet-stream' : 'application/json';
    const answer = await fetch(path, {
      method,
      headers: { 'content-type': type, ...headers },
      ...(body !== undefined && { body: isBytes ? new Uint8Array(body) : JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as any };
  };
  const put = (at: string, id: string, part: number, content: Buffer) => {
    const digest = createHash('sha256').update(content).digest('base64');
    return send('PUT', `${at}/v1/uploads/${id}/parts/${part}`, content, {
      'content-digest': `sha-256=:${digest}:`,
    });
  };
  const begun = {
    model: 'load/model-0',
    path: 'parts.bin',
    sizeBytes: bytes.length,
    partSizeBytes: 5 * 2 ** 20,
  };
  const upload = (await send('POST', `${url}/v1/uploads`, begun)).body.id;
  expect((await put(url, upload, 1, bytes.subarray(0, 5 * 2 ** 20))).status).toBe(200);

  // A restore refuses such names.
  for (const orphan of ['.DS_Store', 'a note.txt', 'objects/.nfs01'])
    writeFileSync(join(dataDir, 'blobs', orphan), 'orphan');

  const demand = load.mark();
  const before = load.fewest();
  // Variables for another Postgres do not affect the embedded one.
  const { code, out, said } = await backup(to, { PGSSLMODE: 'require', PGPORT: '1' });
  await load.stop();
  if (code !== 0) throw new Error(said);
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining(to) });
  expect(said).toMatch(/database: done.*\nwarning: 3 files .* are left out: .*\.nfs01, .*\nfiles: done/);
  expect(load.fewest()).toBeGreaterThan(before);
  expect(load.faults).toEqual([]);
  expect(leftOf(to)).toEqual(['backup']);
  expect(readdirSync(to).sort()).toEqual([
    'SHA256SUMS',
    'backup.json',
    'blobs',
    'database.tar',
    'postgres.password',
  ]);
  expect(statSync(to).mode & 0o077).toBe(0);
  const check = spawn('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: to, stdio: 'inherit' });
  expect(await once(check, 'close')).toEqual([0, null]);

  await afterStart(await restored(to), async (at) => {
    await demand(at);
    // The upload continues after the restore.
    expect((await put(at, upload, 2, bytes.subarray(5 * 2 ** 20))).status).toBe(200);
    expect((await send('POST', `${at}/v1/uploads/${upload}/complete`)).status).toBe(200);
  });

  // A damaged, a missing and an added byte are all refused, and leave nothing behind.
  const [, line = ''] = readFileSync(join(to, 'SHA256SUMS'), 'utf8')
    .split('\n')
    .filter((each) => each.includes('objects'));
  for (const file of [line.slice(66), 'database.tar', 'SHA256SUMS']) {
    const content = readFileSync(join(to, file));
    appendFileSync(join(to, file), 'x');
    const target = newFolder();
    const refused = await run('restore', to, { MODELBOX_DATA_DIR: target });
    expect(refused).toMatchObject({ code: 1, said: expect.stringContaining(`${file}`) });
    expect(refused.said).toContain('damaged');
    expect(readdirSync(target)).toEqual([]);
    writeFileSync(join(to, file), content);
  }
});

test('a killed or interrupted backup leaves nothing that looks complete', async () => {
  // Blocks the backup between the database and the files.
  const holder = new pg.Client({ connectionString: runningUrl(join(dataDir, 'postgres')) });
  holder.on('error', () => {});
  await holder.connect();
  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    await holder.query('BEGIN; LOCK TABLE blobs IN ACCESS EXCLUSIVE MODE');
    const to = join(newFolder(), 'backup');
    const child = command('backup', to, { MODELBOX_DATA_DIR: dataDir });
    const closed = once(child, 'close');
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    await vi.waitFor(() => expect(said).toContain('database: done'), { timeout: 60_000, interval: 20 });
    expect((await backup(`${to}-2`)).said).toContain('Another backup is running');
    child.kill(signal);
    await closed;
    await holder.query('ROLLBACK');
    expect(existsSync(to)).toBe(false);
    if (signal === 'SIGTERM') {
      expect(said).toContain('Stopped by SIGTERM; nothing was left behind.');
      expect(leftOf(to)).toEqual([]);
      continue;
    }
    // A kill leaves the folder under another name.
    const left = join(dirname(to), leftOf(to)[0] ?? '');
    const refused = await run('restore', left, { MODELBOX_DATA_DIR: newFolder() });
    expect(refused).toMatchObject({ code: 1, said: expect.stringContaining('is not a backup') });
  }
  await holder.end();
});

test('refusals say what to do', async () => {
  const folder = newFolder();
  const to = join(folder, 'new');
  expect((await backup(folder)).said).toContain('already exists, and a backup never overwrites anything');
  expect((await backup(join(dataDir, 'backup'))).said).toContain(
    'so the backup would be lost together with the data',
  );
  expect((await backup(to, { MODELBOX_DATA_DIR: folder })).said).toContain('contains no database');
  expect((await backup(to, { DATABASE_URL: 'postgres://a@b/c' })).said).toContain('pg_dump');
  expect((await run('restore', folder, { MODELBOX_DATA_DIR: to })).said).toContain('is not a backup');
  expect((await run('restore', folder, {})).code).toBe(1);
  expect((await backup('')).said).toContain('usage: npm run backup -- DESTINATION');
  expect(readdirSync(folder)).toEqual([]);
});

test('a backup of a stopped server has everything, and a restore never overwrites a folder with data', async () => {
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
  const to = join(newFolder(), 'backup');
  expect((await backup(to)).code).toBe(0);
  const refused = await run('restore', to, { MODELBOX_DATA_DIR: dataDir });
  expect(refused).toMatchObject({ code: 1, said: expect.stringContaining('is not empty') });
  await afterStart(await restored(to), (at) => load.verify(at));
});

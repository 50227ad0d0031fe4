import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { copiesOnDisk } from '@modelbox/blobs/testing';
import { afterAll, expect, test, vi } from 'vitest';
import { cleanUp, compileCache, newFolder, runServer, type ServerProcess } from './process.ts';

/* `npm run verify`, and starts on a place without the files. */

vi.setConfig({ testTimeout: 180_000 });
afterAll(cleanUp);

const entry = join(import.meta.dirname, '../../apps/server/src/bin/modelbox-verify.ts');

async function verify(settings: Record<string, string>, ...flags: string[]) {
  const child = spawn(process.execPath, [entry, ...flags], {
    env: { PATH: process.env['PATH'] ?? '', NODE_COMPILE_CACHE: compileCache, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, said, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  expect(said).not.toMatch(/\n\s+at /);
  return { code, out, said };
}

async function stop(server: ServerProcess): Promise<void> {
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
}

test('verify finds missing content, with or without a server; a start without the files is refused', async () => {
  const dataDir = join(newFolder(), 'data');
  const settings = { MODELBOX_DATA_DIR: dataDir, MODELBOX_LOG_LEVEL: 'warn' };
  expect(await verify(settings)).toMatchObject({
    code: 2,
    said: expect.stringContaining(`${dataDir} contains no database.`),
  });
  const server = runServer(settings);
  const url = await server.url;
  const send = async (method: string, path: string, body?: string) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}${path}`, { method, headers, ...(body ? { body } : {}) });
    return { status: response.status, body: (await response.json()) as any };
  };
  const model = await send('POST', '/v1/models', '{"namespace": "ai", "name": "m"}');
  const files = `/v1/models/${model.body.id}/files`;
  for (const path of ['a', 'b']) expect((await send('PUT', `${files}/${path}`, path)).status).toBe(201);

  expect(await verify(settings, '--full')).toMatchObject({
    code: 0,
    out:
      '2 contents with 2 bytes were read completely: all are intact.\n' +
      '2 stored objects were looked up in the database: all are known.\n',
  });

  const sound = (await verify(settings, '--json')).out.trimEnd().split('\n');
  expect(JSON.parse(sound.at(-1) ?? '')).toMatchObject({ type: 'report', sound: true, objects: 2 });
  const key = readdirSync(join(dataDir, 'blobs', 'objects'), { recursive: true })
    .map((path) => String(path).split('/').at(-1) ?? '')
    .find((name) => name.length === 32);
  await copiesOnDisk(join(dataDir, 'blobs')).remove(key ?? '');
  const found = await verify(settings);
  expect(found).toMatchObject({
    code: 1,
    out: expect.stringMatching(/^missing: key .* model .* [ab]\n.*: 1 missing\./s),
  });
  const states = (await send('GET', files)).body.items.map(({ state }: { state: string }) => state).sort();
  expect(states).toEqual(['corrupt', 'verified']);
  await stop(server);

  // Simulates settings that name another place.
  renameSync(join(dataDir, 'blobs'), join(dataDir, 'moved'));
  const refused = runServer(settings);
  expect(await refused.ended).toBe(1);
  expect(refused.output()).toMatch(
    /ModelBox did not start\.\nThe database has files, and .*blobs is not where it keeps them .*MODELBOX_ADOPT_BLOBS=true/,
  );
  expect(await verify(settings)).toMatchObject({
    code: 2,
    said: expect.stringContaining('is not where it keeps them'),
  });
  const adopting = runServer({ ...settings, MODELBOX_ADOPT_BLOBS: 'true' });
  await adopting.url;
  await stop(adopting);
  expect(await verify(settings)).toMatchObject({ code: 1, out: expect.stringContaining(': 2 missing.') });
});

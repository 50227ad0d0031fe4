import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type BlobStore, openDiskStore } from '@modelbox/blobs';
import { openDatabase } from '@modelbox/db';
import { isReadOnRecord, routeList } from '@modelbox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditOf } from '../../../testing/audit.ts';
import { freshName } from '../../../testing/objects.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { type Caller, type Callers, callersOf, withToken } from '../../../testing/tokens.ts';
import { createApp } from '../../app/app.ts';

/** A server that redirects clients to its store on request. */
let server: TestServer;
let folder: string;
let callers: Callers;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modelbox-test-'));
  const disk = await openDiskStore({ root: folder });
  const store = { ...disk, signRead: async (key: string) => `https://store.example/${key}?signature=s3cret` };
  server = await startTestServer({ auth: 'tokens', auditReads: true }, store);
  callers = await callersOf(server);
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

/** Makes a version with a file, and a caller who may read it. */
async function readable() {
  const namespace = freshName('ns');
  const reader = await callers.user({ [namespace]: 'viewer' });
  const model = await callers.ok('POST', '/v1/models', { namespace, name: 'm' });
  const version = await callers.ok('POST', `/v1/models/${model.id}/versions`, { version: 'v1' });
  const path = `/v1/versions/${version.id}`;
  await callers.admin('PUT', `${path}/files/w/model.bin`, '0123456789');
  await callers.admin('PUT', `${path}/files/w/other.bin`, 'abc');
  await callers.ok('POST', `${path}/finalize`);
  return { namespace, reader, version, path, file: `${path}/files/w/model.bin` };
}
const readsOf = (object: string) => auditOf(callers.admin, { object, outcome: 'read' });
const get = (caller: Caller, path: string, headers?: Record<string, string>) =>
  fetch(`${server.url}${path}`, {
    redirect: 'manual',
    headers: { authorization: `Bearer ${caller.secret}`, ...headers },
  }).then(async (answer) => ({ status: answer.status, text: await answer.text() }));

it('covers all routes that return content, and the audit', () => {
  expect(routeList.filter(isReadOnRecord).map(({ id }) => id)).toEqual([
    'models.files.download',
    'versions.files.download',
    'versions.archive',
    'experiments.files.download',
    'checkpoints.files.download',
    'checkpoints.archive',
    'audit.list',
    'audit.export',
    'verifications.run',
  ]);
});

describe('a read of a file', () => {
  it('is recorded with actor, address, token and file', async () => {
    const { namespace, reader, version, file } = await readable();
    expect(await get(reader, file, { 'x-request-id': 'pull-1' })).toEqual({
      status: 200,
      text: '0123456789',
    });
    expect(await readsOf(version.id)).toMatchObject([
      {
        outcome: 'read',
        actor: reader.name,
        tokenId: reader.id,
        address: '127.0.0.1',
        requestId: 'pull-1',
        action: null,
        method: 'GET',
        route: 'versions.files.download',
        status: 200,
        permission: null,
        object: { kind: 'version', id: version.id, name: 'w/model.bin' },
        namespace,
      },
    ]);
  });

  it('is one entry for all ranges within a minute, also concurrent ones; then another entry', async () => {
    const { reader, version, file } = await readable();
    const range = (offset: number) => get(reader, file, { range: `bytes=${offset}-${offset}` });
    const answers = await Promise.all(Array.from({ length: 10 }, (_, offset) => range(offset)));
    expect(answers.map(({ text }) => text).join('')).toBe('0123456789');
    expect(await readsOf(version.id)).toMatchObject([{ status: 206 }]);
    server.advance(61_000);
    await range(0);
    expect(await readsOf(version.id)).toHaveLength(2);
    // Another file, another caller and another token of the same caller are separate entries.
    await get(reader, `${file.replace('model.bin', 'other.bin')}`);
    await get(await callers.token({ principal: reader.name }), file);
    await callers.admin('GET', file);
    expect(await readsOf(version.id)).toHaveLength(5);
  });

  it('is recorded for a redirect to the store, without the URL', async () => {
    const { reader, version, file } = await readable();
    expect(await get(reader, `${file}?redirect=true`)).toMatchObject({ status: 307 });
    expect(await readsOf(version.id)).toMatchObject([{ status: 307, object: { name: 'w/model.bin' } }]);
    const { rows } = await server.db.requests.query(
      `SELECT FROM audit_events e WHERE e::text LIKE '%s3cret%' OR e::text LIKE '%mb\\_%'`,
    );
    expect(rows).toEqual([]);
  });

  it('is not recorded without content: HEAD, 304, 404, 412, 416, metadata', async () => {
    const { reader, version, path, file } = await readable();
    const etag = (await reader.api('HEAD', file)).headers.get('etag') ?? '';
    expect((await get(reader, file, { 'if-none-match': etag })).status).toBe(304);
    expect((await get(reader, `${path}/files/none`)).status).toBe(404);
    expect((await get(reader, file, { 'if-match': '"x"' })).status).toBe(412);
    expect((await get(reader, file, { range: 'bytes=100-' })).status).toBe(416);
    expect((await get(reader, path)).status).toBe(200);
    expect((await get(reader, `/v1/resolve?ref=${version.id}`)).status).toBe(200);
    expect(await readsOf(version.id)).toEqual([]);
  });
});

it.each(['tar', 'zip'])('records an archive as one read: %s', async (format) => {
  const { reader, version, path } = await readable();
  expect((await get(reader, `${path}/archive?format=${format}`)).status).toBe(200);
  expect(await readsOf(version.id)).toMatchObject([
    { route: 'versions.archive', object: { kind: 'version', name: 'v1' } },
  ]);
});

it('records reads of the audit', async () => {
  const { namespace } = await readable();
  const admin = await callers.user({ [namespace]: 'admin' });
  for (const path of ['/v1/audit', '/v1/audit/export'])
    expect((await get(admin, `${path}?namespace=${namespace}`)).status).toBe(200);
  expect(await auditOf(callers.admin, { actor: admin.name, outcome: 'read' })).toMatchObject([
    { route: 'audit.export', object: { kind: 'namespace', name: namespace }, namespace },
    { route: 'audit.list', object: { kind: 'namespace', name: namespace }, namespace },
  ]);
});

it('returns 503 for a read that cannot be recorded', async () => {
  const { reader, version } = await readable();
  const file = `/v1/models/${version.modelId}/files/large.bin`;
  await callers.admin('PUT', file, Buffer.alloc(4 * 2 ** 20, 'x'));
  const side = openDatabase({ url: 'postgres://me@127.0.0.1:1/modelbox', connectionTimeout: 2000 });
  const opened: Readable[] = [];
  const blobs: BlobStore = {
    ...server.ctx.blobs,
    async read(...args) {
      const reading = await server.ctx.blobs.read(...args);
      opened.push(reading.stream);
      return reading;
    },
  };
  const app = createApp({ ...server.ctx, blobs, db: { ...server.db, audit: side.audit } });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const answer = await fetch(url + file, { headers: { authorization: `Bearer ${reader.secret}` } });
  expect(answer.status).toBe(503);
  expect(await answer.text()).not.toContain('xxx');
  // The opened content is closed too.
  await expect.poll(() => opened.map(({ destroyed }) => destroyed)).toEqual([true]);
  expect(await readsOf(version.modelId)).toEqual([]);
  await app.close();
  await side.close();
});

it('records no reads by default', async () => {
  const beside = await startTestServer({ auth: 'tokens' }, server.ctx.blobs, server);
  const { reader, version, file } = await readable();
  expect((await withToken(beside, reader.secret)('GET', file)).body).toBe('0123456789');
  expect(await readsOf(version.id)).toEqual([]);
  await beside.stop();
});

it('records the local user on an open server', async () => {
  const open = await startTestServer({ auditReads: true });
  const { body: model } = await open.api('POST', '/v1/models', { namespace: 'a', name: 'm' });
  await open.api('PUT', `/v1/models/${model.id}/files/f`, 'x');
  await open.api('GET', `/v1/models/${model.id}/files/f`);
  expect(await auditOf(open.api, { object: model.id, outcome: 'read' })).toMatchObject([{ actor: 'local' }]);
  await open.stop();
});

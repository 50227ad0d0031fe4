import { randomBytes } from 'node:crypto';
import { openS3Store } from '@modelbox/blobs';
import { describeWithS3, type FaultProxy, startFaultProxy } from '@modelbox/blobs/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { newModel } from '../../../testing/objects.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { sha256 } from '../../../testing/uploads.ts';
import { verifySuspect } from '../../workers/store/blob-verify.ts';

/* A single wrong answer of the store, or no answer, marks nothing. */

await describeWithS3('one bad look at a copy in S3', (bucket) => {
  let proxy: FaultProxy;
  let server: TestServer;
  beforeAll(async () => {
    const options = bucket.options();
    const { endpoint = '' } = options;
    proxy = await startFaultProxy({ endpoint });
    server = await startTestServer({}, await openS3Store({ ...options, endpoint: proxy.endpoint }));
  });
  afterEach(() => proxy.clear());
  afterAll(async () => {
    await server.stop();
    await proxy.close();
  });

  const get = async (path: string) => {
    const response = await fetch(`${server.url}${path}`);
    return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
  };
  async function stored(size: number) {
    const content = randomBytes(size);
    const path = `/v1/models/${(await newModel(server)).id}/files/a.bin`;
    expect((await server.api('PUT', path, content)).status).toBe(201);
    const row = async () =>
      (await server.db.requests.query('SELECT * FROM blobs WHERE sha256 = $1', [sha256(content)])).rows[0];
    const { key } = await row();
    return {
      content,
      path,
      row,
      key,
      putAgain: async () => {
        const again = `/v1/models/${(await newModel(server)).id}/files/b.bin`;
        return server.api('PUT', again, content);
      },
    };
  }
  const NO_KEY = { kind: 'error', status: 404, code: 'NoSuchKey' } as const;

  it('downloads the content after one 404 to a GET', async () => {
    const { content, path, row } = await stored(3_000);
    proxy.inject(NO_KEY, { operation: 'GetObject', times: 1 });
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(answer.body.equals(content)).toBe(true);
    expect(proxy.injected).toHaveLength(1);
    expect(await row()).toMatchObject({ corrupt_at: null, suspect_at: null });
  });

  it('keeps the copy in an upload of the same content after one 404 to a HEAD', async () => {
    const { putAgain, row, key } = await stored(3_000);
    proxy.inject(NO_KEY, { operation: 'HeadObject', times: 1 });
    expect((await putAgain()).status).toBe(201);
    expect(proxy.injected).toHaveLength(1);
    expect(await row()).toMatchObject({ corrupt_at: null, key });
  });

  it.each([
    ['one flipped bit', 200, { kind: 'flip', side: 'answer', atByte: 1_000 } as const],
    ['one cut answer', 503, { kind: 'cut', side: 'answer', afterBytes: 1_000 } as const],
  ])('%s of a small file: answers %i, because nothing was sent yet', async (_, status, fault) => {
    const { content, path, row } = await stored(3_000);
    proxy.inject(fault, { operation: 'GetObject', times: 1 });
    const answer = await get(path);
    expect(answer.status).toBe(status);
    expect(answer.body.equals(content)).toBe(status === 200);
    expect(proxy.injected).toHaveLength(1);
    expect(await row()).toMatchObject({ corrupt_at: null, suspect_at: null });
    expect((await get(path)).body.equals(content)).toBe(true);
  });

  it('aborts the download after one flipped bit, and keeps the copy after a good second reading', async () => {
    const { content, path, row, key } = await stored(300_000);
    proxy.inject({ kind: 'flip', side: 'answer', atByte: 1_000 }, { operation: 'GetObject', times: 1 });
    await expect(get(path)).rejects.toThrow();
    expect(proxy.injected).toHaveLength(1);
    await expect.poll(async () => (await row()).suspect_at).not.toBeNull();
    expect(await verifySuspect(server.ctx)).toBe(true);
    expect(await row()).toMatchObject({ corrupt_at: null, suspect_at: null, key });
    expect((await get(path)).body.equals(content)).toBe(true);
  });

  it('marks an archived object as damaged, and the next upload replaces it', async () => {
    const { content, path, putAgain, row, key } = await stored(3_000);
    // As in S3 Glacier: HEAD is 200, but the object cannot be read.
    proxy.inject({ kind: 'error', status: 403, code: 'InvalidObjectState' }, { operation: 'GetObject', key });
    expect((await get(path)).status).toBe(503);
    await verifySuspect(server.ctx);
    expect((await get(path)).status).toBe(409);
    expect((await putAgain()).status).toBe(201);
    expect((await row()).key).not.toBe(key);
    expect((await get(path)).body.equals(content)).toBe(true);
  });

  it.each([
    ['503', { kind: 'error', status: 503, code: 'SlowDown' } as const],
    ['a bucket that is gone', { kind: 'error', status: 404, code: 'NoSuchBucket' } as const],
  ])('%s: answers 503, marks nothing, and ends the verification', async (_, fault) => {
    const { path, putAgain, row, key } = await stored(3_000);
    proxy.inject(fault, { operation: 'GetObject' });
    proxy.inject(fault, { operation: 'HeadObject' });
    proxy.inject(fault, { operation: 'HeadBucket' });
    expect((await get(path)).status).toBe(503);
    expect((await putAgain()).status).toBe(503);
    const verification = fetch(`${server.url}/v1/verification`).then((response) => response.text());
    await expect(verification).rejects.toThrow();
    proxy.clear();
    expect(await row()).toMatchObject({ corrupt_at: null, suspect_at: null, key });
    expect((await get(path)).status).toBe(200);
    expect((await putAgain()).status).toBe(201);
  });
});

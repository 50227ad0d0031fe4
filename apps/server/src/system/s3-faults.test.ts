import { randomBytes } from 'node:crypto';
import { openS3Store } from '@modelbox/blobs';
import { describeWithS3, type FaultProxy, startFaultProxy } from '@modelbox/blobs/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { newExperiment } from '../../testing/objects.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';
import { complete, newUpload, PART, partOf, putPart } from '../../testing/uploads.ts';
import { createApp } from '../app/app.ts';
import { cleanUploads, forgetUploads } from '../workers/store/upload-cleanup.ts';

await describeWithS3('a server whose S3 server fails', (bucket) => {
  let proxy: FaultProxy;
  let server: TestServer;
  let run: { id: string };
  const content = randomBytes(PART + 10);
  beforeAll(async () => {
    const { endpoint = '', ...options } = bucket.options();
    proxy = await startFaultProxy({ endpoint });
    const store = await openS3Store({ ...options, endpoint: proxy.endpoint, stallTimeout: 1_000 });
    server = await startTestServer({}, store);
    run = await newExperiment(server);
  });
  afterEach(() => proxy.clear());
  afterAll(async () => {
    await server?.stop();
    await proxy?.close();
  });
  const fileOf = (path: string) => `/v1/experiments/${run.id}/files/${path}`;
  const absent = { kind: 'error', status: 404, code: 'NoSuchKey' } as const;

  it('/readyz: 503 in time if S3 stalls, and the probe is aborted', async () => {
    const patient = await openS3Store({ ...bucket.options(), endpoint: proxy.endpoint });
    let seen: AbortSignal | undefined;
    const check: typeof patient.check = (options) => {
      seen = options?.signal;
      return patient.check(options);
    };
    const app = createApp({ ...server.ctx, blobs: { ...patient, check } });
    const rule = proxy.inject({ kind: 'stall', at: 'answer' });
    const answer = await app.inject({ url: '/readyz', headers: { host: 'localhost' } });
    expect(answer.statusCode).toBe(503);
    expect(answer.json().checks).toMatchObject({ database: { ok: true }, blobs: { ok: false } });
    expect(seen?.aborted).toBe(true);
    expect(rule.injected).toHaveLength(1);
    await app.close();
  });

  it('503, not 409: an upload to stalled S3; a repeat succeeds', async () => {
    const rule = proxy.inject({ kind: 'stall', at: 'answer' }, { operation: 'PutObject' });
    const answer = await server.api('PUT', fileOf('stalled'), content.subarray(0, 1000));
    expect([answer.status, answer.body.code]).toEqual([503, 'unavailable']);
    expect(answer.headers.get('retry-after')).not.toBeNull();
    expect(rule.injected).toHaveLength(1);
    rule.remove();
    expect((await server.api('PUT', fileOf('stalled'), content.subarray(0, 1000))).status).toBe(201);
  });

  it('200: a download for which S3 once answers that the object is missing', async () => {
    await server.api('PUT', fileOf('there'), content);
    const rule = proxy.inject(absent, { operation: 'GetObject', times: 1 });
    const response = await fetch(`${server.url}${fileOf('there')}`);
    expect(response.status).toBe(200);
    expect(content.equals(Buffer.from(await response.arrayBuffer()))).toBe(true);
    expect(rule.injected).toHaveLength(1);
  });

  it('never 409: a part and a completion for which S3 once answers that the upload is missing', async () => {
    const upload = await newUpload(server, 'experiment', run, content);
    const over = { ...absent, code: 'NoSuchUpload' };
    proxy.inject(over, { operation: 'UploadPart', times: 1 });
    const refused = await putPart(server, upload, 1, partOf(content, 1));
    expect([refused.status, refused.body.code]).toEqual([503, 'unavailable']);
    for (const part of [1, 2])
      expect((await putPart(server, upload, part, partOf(content, part))).status).toBe(200);
    const listing = proxy.inject(over, { operation: 'ListParts', times: 1 });
    expect((await complete(server, upload)).status).toBe(200);
    expect(listing.injected).toHaveLength(1);
  });

  it('cleans up the other uploads if S3 denies the abort of one', async () => {
    const uploads = [await newUpload(server, 'experiment', run, content)];
    uploads.push(await newUpload(server, 'experiment', run, content, { path: 'other.bin' }));
    for (const { id } of uploads) await server.api('DELETE', `/v1/uploads/${id}`);
    await cleanUploads(server.ctx);
    server.advance(8 * 86_400_000);
    const first = await server.db.prisma.upload.findUniqueOrThrow({ where: { id: uploads[0]?.id ?? '' } });
    const denied = { kind: 'error', status: 403, code: 'AccessDenied' } as const;
    const rule = proxy.inject(denied, { operation: 'AbortMultipartUpload', key: first.key });
    await expect(forgetUploads(server.ctx)).rejects.toThrow('rows of old uploads could not be deleted');
    const left = async () =>
      (await server.db.prisma.upload.findMany({ where: { state: 'aborted' } })).map(({ id }) => id);
    expect(await left()).toEqual([first.id]);
    expect(rule.injected.length).toBeGreaterThan(0);
    rule.remove();
    await forgetUploads(server.ctx);
    expect(await left()).toEqual([]);
  });
});

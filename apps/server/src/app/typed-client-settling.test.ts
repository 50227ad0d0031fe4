import { randomBytes } from 'node:crypto';
import { openS3Store } from '@modelbox/blobs';
import { describeWithS3, type FaultProxy, startFaultProxy } from '@modelbox/blobs/testing';
import { ModelBox, TimeoutError } from '@modelbox/client';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';
import { PART, sha256 } from '../../testing/uploads.ts';
import type { Loop } from '../runtime/loop.ts';
import { startUploadVerify } from '../workers/store/upload-verify.ts';

await describeWithS3('the client, while S3 does not put parts together', (bucket) => {
  let proxy: FaultProxy;
  let server: TestServer;
  let workers: Loop[];
  let client: ModelBox;
  const path = { namespace: 'ai/vision', name: 'yolo' };
  beforeAll(async () => {
    const { endpoint = '', credentials } = bucket.options();
    proxy = await startFaultProxy({ endpoint, credentials });
    server = await startTestServer({}, await openS3Store({ ...bucket.options(), endpoint: proxy.endpoint }));
    workers = startUploadVerify(server.ctx);
    client = new ModelBox({ baseUrl: server.url, maxRetries: 0 });
    await client.models.create(path);
  });
  afterAll(async () => {
    await client?.close();
    for (const worker of workers ?? []) await worker.stop();
    await server?.stop();
    await proxy?.close();
  });
  afterEach(() => proxy.clear());

  const PATIENT = { timeout: 30_000, interval: 50 };
  /** The answer of a gateway that still has the lock of an interrupted completion. */
  const lock = () =>
    proxy.inject(
      { kind: 'error', status: 500, code: 'InternalError' },
      { operation: 'CompleteMultipartUpload' },
    );
  const completing = async () =>
    (await server.db.requests.query('SELECT 1 FROM uploads WHERE completing AND look_at IS NOT NULL'))
      .rowCount;
  /** Skips the pause between two attempts. */
  const lookNow = async () => {
    await server.db.requests.query('UPDATE uploads SET look_at = NULL');
    server.ctx.wakeups.completed.wake();
  };
  const content = () => randomBytes(PART + 99);
  const inParts = { partsFrom: PART, partSize: PART };

  it('push waits until a worker has completed and verified the upload, and the version is ready', async () => {
    const rule = lock();
    const bytes = content();
    const pushing = client.push(
      'ai/vision/yolo',
      { version: 'v1' },
      [{ path: 'm.bin', source: bytes }],
      inParts,
    );
    await expect.poll(completing, PATIENT).toBe(1);
    await lookNow();
    await expect.poll(completing, PATIENT).toBe(1);
    rule.remove();
    await lookNow();
    expect(await pushing).toMatchObject({ status: 'ready', fileCount: 1 });
    const { items } = await client.versions.files.list('ai/vision/yolo:v1');
    expect(items).toMatchObject([{ path: 'm.bin', state: 'verified', sha256: sha256(bytes) }]);
  });

  it('an upload gives up after settleTimeoutMs, and the same call waits again without sending content', async () => {
    const rule = lock();
    const bytes = content();
    const upload = (more = {}) =>
      client.models.files.upload('ai/vision/yolo', 'm.bin', bytes, { ...inParts, ...more });
    await expect(upload({ settleTimeoutMs: 500 })).rejects.toThrow(TimeoutError);
    const parts = () => proxy.requests.filter(({ operation }) => operation === 'UploadPart').length;
    const before = parts();
    const again = upload();
    rule.remove();
    await expect.poll(completing, PATIENT).toBe(1);
    await lookNow();
    expect(await again).toMatchObject({ state: 'verified', sha256: sha256(bytes) });
    expect(parts()).toBe(before);
  });
});

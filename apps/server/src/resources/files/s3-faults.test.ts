import { createHash, randomBytes } from 'node:crypto';
import { get, type IncomingMessage } from 'node:http';
import { openS3Store } from '@modelbox/blobs';
import { describeWithS3 } from '@modelbox/blobs/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { newExperiment, newModel } from '../../../testing/objects.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { deletePending, sweepBlobs } from '../../workers/store/blob-sweep.ts';
import { sweepOrphans } from '../../workers/store/orphan-sweep.ts';

const MiB = 2 ** 20;

await describeWithS3(
  'an S3 server that is down for a while',
  (bucket) => {
    let server: TestServer;
    let folder: string;
    beforeAll(async () => {
      server = await startTestServer({ blobGrace: 0 }, await openS3Store(bucket.options()));
      folder = `/v1/experiments/${(await newExperiment(server)).id}/files`;
    });
    afterAll(() => server.stop());
    // After every test, the workers remove leftovers, and the content of every file exists.
    afterEach(async () => {
      const later = new Date(Date.now() + 60_000);
      await sweepBlobs(server.ctx);
      await server.ctx.blobs.sweepTemporary(later);
      await sweepOrphans(server.ctx, later);
      await deletePending(server.ctx);
      const stored = await Array.fromAsync(server.ctx.blobs.list());
      const { rows } = await server.db.requests.query<{ key: string }>(
        'SELECT DISTINCT b.key FROM blobs b JOIN files f ON f.blob_id = b.id ORDER BY b.key',
      );
      expect(stored.map(({ key }) => key)).toEqual(rows.map(({ key }) => key));
    });

    const download = async (path: string, headers = {}) => {
      const response = await fetch(`${server.url}${folder}/${path}`, { headers });
      return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
    };

    it.each([3 * MiB, 40 * MiB])(
      'during an upload of %i bytes: returns 503, leaves nothing visible, and a retry succeeds',
      async (size) => {
        const content = randomBytes(size);
        const half = Math.floor(size / 2);
        const body = new ReadableStream<Uint8Array>({
          async start(controller) {
            controller.enqueue(content.subarray(0, half));
            await bucket.kill();
            controller.enqueue(content.subarray(half));
            controller.close();
          },
        });
        const answer = await server.api('PUT', `${folder}/during-${size}`, body);
        expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
        expect(answer.headers.get('retry-after')).not.toBeNull();
        expect((await server.api('GET', folder)).body.items).not.toContainEqual(
          expect.objectContaining({ path: `during-${size}` }),
        );
        await bucket.start();
        expect((await download(`during-${size}`)).status).toBe(404);
        const again = await server.api('PUT', `${folder}/during-${size}`, content);
        expect(again.body.sha256).toBe(createHash('sha256').update(content).digest('hex'));
        expect((await download(`during-${size}`)).body.equals(content)).toBe(true);
      },
    );

    it('during a download: aborts it, never looks complete, and a range resumes it', async () => {
      const content = randomBytes(48 * MiB);
      const { body } = await server.api('PUT', `${folder}/large`, content);
      const response = await new Promise<IncomingMessage>((resolve) =>
        get(`${server.url}${folder}/large`, resolve),
      );
      const got: Buffer[] = [];
      const reading = (async () => {
        for await (const chunk of response as AsyncIterable<Buffer>) {
          if (got.length === 0) await bucket.kill();
          got.push(chunk);
        }
      })();
      await expect(reading).rejects.toThrow('aborted');
      const first = Buffer.concat(got);
      expect(first.length).toBeLessThan(content.length);
      expect((await download('large')).status).toBe(503);
      await bucket.start();
      const rest = await download('large', {
        range: `bytes=${first.length}-`,
        'if-range': `"${body.sha256}"`,
      });
      expect(rest.status).toBe(206);
      expect(Buffer.concat([first, rest.body]).equals(content)).toBe(true);
    });

    it('during finalize: succeeds, because finalize needs no store', async () => {
      const model = await newModel(server);
      const { body: version } = await server.api('POST', `/v1/models/${model.id}/versions`, {
        version: 'v1',
      });
      const content = randomBytes(100_000);
      await server.api('PUT', `/v1/versions/${version.id}/files/model.bin`, content);
      await bucket.kill();
      const ready = await server.api('POST', `/v1/versions/${version.id}/finalize`);
      expect(ready.body).toMatchObject({ status: 'ready', fileCount: 1 });
      await bucket.start();
      const read = await fetch(`${server.url}/v1/versions/${version.id}/files/model.bin`);
      expect(content.equals(Buffer.from(await read.arrayBuffer()))).toBe(true);
    });

    it('during a sweep: reports it, and removes the content when the server is back', async () => {
      await server.api('PUT', `${folder}/gone`, randomBytes(50_000));
      const before = (await Array.fromAsync(server.ctx.blobs.list())).length;
      await server.api('DELETE', `${folder}/gone`);
      await bucket.kill();
      server.advance(1_000);
      await sweepBlobs(server.ctx);
      await sweepBlobs(server.ctx);
      await expect(deletePending(server.ctx)).rejects.toThrow('could not be removed');
      await expect(sweepOrphans(server.ctx, new Date())).rejects.toThrow('unavailable');
      await bucket.start();
      await deletePending(server.ctx);
      expect(await Array.fromAsync(server.ctx.blobs.list())).toHaveLength(before - 1);
    });
  },
  { ownGateway: true },
);

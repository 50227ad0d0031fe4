import { createHash, randomBytes } from 'node:crypto';
import { openS3Store } from '@modelbox/blobs';
import { describeWithS3 } from '@modelbox/blobs/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTar } from '../../../testing/archives.ts';
import { newExperiment, newVersion } from '../../../testing/objects.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { otherDigests } from '../../../testing/uploads.ts';
import { claimBlobs } from '../../system/claim-blobs.ts';

await describeWithS3(
  'files on S3',
  (bucket) => {
    let server: TestServer;
    let folder: string;
    beforeAll(async () => {
      server = await startTestServer({}, await openS3Store(bucket.options()));
      folder = `/v1/experiments/${(await newExperiment(server)).id}/files`;
    });
    afterAll(() => server.stop());
    const download = async (path: string, headers = {}) => {
      const response = await fetch(`${server.url}${folder}/${path}`, { headers });
      return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
    };

    it.each([0, 1, 100_000, 20_000_001])('upload and download %i bytes unchanged', async (size) => {
      const content = randomBytes(size);
      const uploaded = await server.api('PUT', `${folder}/file-${size}`, content);
      expect(uploaded.body).toMatchObject({
        state: 'verified',
        sizeBytes: size,
        sha256: createHash('sha256').update(content).digest('hex'),
      });
      const { body } = await download(`file-${size}`);
      expect(body.equals(content)).toBe(true);
      if (size < 10) return;
      const part = await download(`file-${size}`, { range: 'bytes=10-99' });
      expect([part.status, part.body.equals(content.subarray(10, 100))]).toEqual([206, true]);
    });

    /** Reads the keys of the bucket, and the number of its open multipart uploads. */
    const inBucket = async () => ({
      keys: (await Array.fromAsync(server.ctx.blobs.list())).map(({ key }) => key).sort(),
      begun: await server.ctx.blobs.sweepTemporary(new Date('2999-01-01'), new Set()),
    });

    it.each([
      [1_000, 4],
      // Large content goes to S3 in parts, which takes longer, so one digest is enough.
      [10_000_001, 1],
    ])('check digests other than SHA-256 of %i bytes', async (size, count) => {
      const content = randomBytes(size);
      const before = await inBucket();
      for (const [header, value] of otherDigests(randomBytes(10)).slice(0, count)) {
        const refused = await server.api('PUT', `${folder}/digests-${size}`, content, { [header]: value });
        expect([header, refused.status, refused.body.code]).toEqual([header, 422, 'checksum_mismatch']);
      }
      expect((await download(`digests-${size}`)).status).toBe(404);
      expect(await inBucket()).toEqual(before);
      for (const [header, value] of otherDigests(content).slice(0, count)) {
        const path = `digests-${size}-${header}`;
        const { status } = await server.api('PUT', `${folder}/${path}`, content, { [header]: value });
        expect([header, status]).toEqual([header, 201]);
        expect((await download(path)).body.equals(content)).toBe(true);
      }
    });

    it('return several ranges, each read from S3 in turn', async () => {
      const content = randomBytes(3_000_000);
      await server.api('PUT', `${folder}/ranges`, content);
      const { status, body } = await download('ranges', { range: 'bytes=2000000-2999999,0-9' });
      expect(status).toBe(206);
      const first = body.indexOf('\r\n\r\n') + 4;
      expect(body.subarray(first, first + 1_000_000).equals(content.subarray(2_000_000))).toBe(true);
      const second = body.indexOf('\r\n\r\n', first + 1_000_000) + 4;
      expect(body.subarray(second, second + 10).equals(content.subarray(0, 10))).toBe(true);
    });

    describe('an archive', () => {
      const files = [
        ['a.bin', randomBytes(20_000_000)],
        ['b/c.bin', randomBytes(10)],
        ['d.bin', randomBytes(40_000_000)],
      ] as const;
      let path: string;
      beforeAll(async () => {
        const { id } = await newVersion(server);
        for (const [name, content] of files)
          await server.api('PUT', `/v1/versions/${id}/files/${name}`, content);
        await server.api('POST', `/v1/versions/${id}/finalize`);
        path = `${server.url}/v1/versions/${id}/archive`;
      });

      it.each(['tar', 'zip'])('is a %s, byte for byte, with the announced length', async (format) => {
        const response = await fetch(`${path}?format=${format}`);
        const body = Buffer.from(await response.arrayBuffer());
        expect(response.headers.get('content-length')).toBe(`${body.length}`);
        for (const [, content] of files) expect(body.includes(content)).toBe(true);
        if (format === 'tar') expect(await readTar([body])).toHaveLength(3);
      });

      it('resumes a tar with 206', async () => {
        const whole = Buffer.from(await (await fetch(path)).arrayBuffer());
        const rest = await fetch(path, { headers: { range: 'bytes=25000000-' } });
        expect(rest.status).toBe(206);
        expect(Buffer.from(await rest.arrayBuffer()).equals(whole.subarray(25_000_000))).toBe(true);
      });

      it('is 503 while the S3 server is down, and breaks the connection if it goes down meanwhile', async () => {
        const response = await fetch(path);
        const reader = response.body!.getReader();
        await reader.read();
        await bucket.kill();
        const rest = async () => {
          while (!(await reader.read()).done);
        };
        await expect(rest()).rejects.toThrow();
        const during = await fetch(path);
        expect([during.status, during.headers.get('retry-after')]).toEqual([503, '1']);
        await during.arrayBuffer();
        expect((await fetch(path, { method: 'HEAD' })).status).toBe(200);
        await bucket.start();
        const whole = Buffer.from(await (await fetch(path)).arrayBuffer());
        expect(await readTar([whole])).toHaveLength(3);
      });
    });

    it('are 503 while the S3 server is down, with nothing visible and nothing lost', async () => {
      const content = randomBytes(50_000);
      await server.api('PUT', `${folder}/before`, content);
      await bucket.kill();
      const during = await server.api('PUT', `${folder}/during`, randomBytes(50_000));
      expect(during.status).toBe(503);
      expect(during.headers.get('retry-after')).not.toBeNull();
      expect((await download('before')).status).toBe(503);
      await bucket.start();
      expect((await download('during')).status).toBe(404);
      expect((await download('before')).body.equals(content)).toBe(true);
    });

    it('refuse a start on the files of another database, with their location', async () => {
      const { bucket: name = '', prefix = '', endpoint } = bucket.options();
      const config = {
        blobs: { bucket: name, prefix: `${prefix}claimed` },
        dataDir: '',
        s3Endpoint: endpoint,
        s3Region: undefined,
        s3ForcePathStyle: true,
        s3Sse: {},
        s3StallTimeout: 20_000,
        adoptBlobs: false,
      };
      const store = await openS3Store({ ...bucket.options(), prefix: config.blobs.prefix });
      await expect(claimBlobs(config, server.db, store)).rejects.toThrow(
        `The database has files, and s3://${name}/${config.blobs.prefix} is not where it keeps them`,
      );
      await claimBlobs({ ...config, adoptBlobs: true }, server.db, store);
      await claimBlobs(config, server.db, store);
      await server.db.requests.query('UPDATE database_identity SET id = gen_random_uuid()');
      await expect(claimBlobs(config, server.db, store)).rejects.toThrow(
        `belong to another database: s3://${name}/${config.blobs.prefix}/modelbox-owner names `,
      );
      await expect(claimBlobs(config, server.db, store)).rejects.toThrow('another prefix in MODELBOX_BLOBS');
    });
  },
  { ownGateway: true },
);

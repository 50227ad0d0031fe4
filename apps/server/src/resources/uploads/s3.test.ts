import { createHash, randomBytes } from 'node:crypto';
import { openS3Store } from '@modelbox/blobs';
import { describeWithS3 } from '@modelbox/blobs/testing';
import type { SignedPart, Upload } from '@modelbox/schema';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newExperiment } from '../../../testing/objects.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import {
  complete,
  completed,
  digest,
  download,
  newUpload,
  otherDigests,
  PART,
  partOf,
  putAll,
  putPart,
  sha256,
  uploadOf,
  verifyAll,
} from '../../../testing/uploads.ts';
import { liveUploads } from '../../workers/store/orphan-sweep.ts';
import { cleanUploads } from '../../workers/store/upload-cleanup.ts';
import { verifyNextUpload } from '../../workers/store/upload-verify.ts';

await describeWithS3(
  'uploads in parts on S3',
  (bucket) => {
    let server: TestServer;
    let run: { id: string };
    beforeAll(async () => {
      server = await startTestServer({}, await openS3Store(bucket.options()));
    });
    afterAll(() => server?.stop());

    const content = randomBytes(2 * PART + 1234);
    const open = async (of: Uint8Array = content, fields: object = {}) => {
      run = await newExperiment(server);
      return newUpload(server, 'experiment', run, of, fields);
    };
    const fileOf = ({ object, path }: Upload) => `/v1/experiments/${object.id}/files/${path}`;
    const partsOf = async (upload: Upload) =>
      (await server.api('GET', `/v1/uploads/${upload.id}/parts`)).body.items;
    const sign = async (upload: Upload, parts: number[], of: Uint8Array = content): Promise<SignedPart[]> => {
      const body = { parts: parts.map((part) => ({ part, sha256: sha256(partOf(of, part)) })) };
      const answer = await server.api('POST', `/v1/uploads/${upload.id}/parts/sign`, body);
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      return answer.body.items;
    };
    const sendTo = async ({ method, url, headers }: SignedPart, bytes: Uint8Array): Promise<number> => {
      const response = await fetch(url, { method, headers, body: new Uint8Array(bytes) });
      await response.arrayBuffer();
      return response.status;
    };
    /** Requires that the bucket has only data of blobs and uploads. */
    const expectNoRest = async () => {
      await cleanUploads(server.ctx);
      const { rows } = await server.db.requests.query(
        'SELECT key FROM blobs UNION SELECT key FROM pending_deletions',
      );
      const live = await liveUploads(server.ctx);
      const known = new Set([...live, ...rows.map((row) => row.key)]);
      for await (const { key } of server.ctx.blobs.list()) expect(known).toContain(key);
      expect(await server.ctx.blobs.sweepTemporary(new Date('2999-01-01'), live)).toBe(0);
    };

    it('go through the server in any order, repeatedly and with other content, and make the file', async () => {
      const upload = await open();
      expect(upload).toMatchObject({ direct: true, partCount: 3 });
      expect((await putPart(server, upload, 3, partOf(content, 3))).status).toBe(200);
      expect((await putPart(server, upload, 1, randomBytes(PART))).status).toBe(200);
      const lie = await putPart(server, upload, 2, partOf(content, 2), {
        'content-digest': `sha-256=:${createHash('sha256').digest('base64')}:`,
      });
      expect([lie.status, lie.body.code]).toEqual([422, 'checksum_mismatch']);
      expect((await complete(server, upload)).body.detail).toContain('1 of 3 parts are missing: 2.');
      await putAll(server, upload, content);
      expect((await partsOf(upload)).map((part: any) => part.sha256)).toEqual(
        [1, 2, 3].map((part) => sha256(partOf(content, part))),
      );
      expect((await complete(server, upload)).body.state).toBe('verifying');
      expect((await complete(server, upload)).body.state).toBe('verifying');
      await verifyAll(server);
      expect((await uploadOf(server, upload)).file?.sha256).toBe(sha256(content));
      expect((await download(server, fileOf(upload))).body.equals(content)).toBe(true);
      await expectNoRest();
    });

    it('have digests other than SHA-256 checked, and a wrong one stores nothing', async () => {
      const upload = await open();
      const [wrong, right] = [otherDigests(randomBytes(10)), otherDigests(partOf(content, 1))];
      const put = (headers: [string, string][]) =>
        putPart(server, upload, 1, partOf(content, 1), {
          'content-digest': digest(partOf(content, 1)),
          ...Object.fromEntries(headers),
        });
      for (const header of wrong) {
        const { status, body } = await put([header]);
        expect([header[0], status, body.code]).toEqual([header[0], 422, 'checksum_mismatch']);
      }
      expect(await partsOf(upload)).toEqual([]);
      for (const header of right) expect((await put([header])).status, header[0]).toBe(200);
      // One wrong digest among right ones replaces nothing.
      expect((await put([...right.slice(1), wrong[0]!])).status).toBe(422);
      expect(await partsOf(upload)).toMatchObject([{ part: 1, sha256: sha256(partOf(content, 1)) }]);
      await putAll(server, upload, content);
      expect((await complete(server, upload)).status).toBe(200);
      await verifyAll(server);
      expect((await download(server, fileOf(upload))).body.equals(content)).toBe(true);
      await expectNoRest();
    });

    it('go directly to the store with signed requests, which accept only their own content', async () => {
      const own = randomBytes(2 * PART + 5);
      const upload = await open(own, { sha256: sha256(own) });
      const [one, two, three] = (await sign(upload, [1, 2, 3], own)) as [SignedPart, SignedPart, SignedPart];
      expect(one.url).not.toContain(server.url);
      expect(Date.parse(one.expiresAt)).toBeGreaterThan(Date.now() + 3_600_000);
      expect(await sendTo(one, randomBytes(PART))).toBe(400);
      expect(await sendTo({ ...one, headers: { ...one.headers, ...two.headers } }, partOf(own, 2))).toBe(403);
      expect(await partsOf(upload)).toEqual([]);
      expect(await sendTo(three, partOf(own, 3))).toBe(200);
      expect(await sendTo(one, partOf(own, 1))).toBe(200);
      // One part goes through the server.
      expect((await putPart(server, upload, 2, partOf(own, 2))).status).toBe(200);
      expect((await partsOf(upload)).map(({ part, sizeBytes }: any) => [part, sizeBytes])).toEqual([
        ...[1, 2].map((part) => [part, PART]),
        [3, 5],
      ]);
      expect((await complete(server, upload)).status).toBe(200);
      expect(await sendTo(two, partOf(own, 2))).toBe(404);
      await verifyAll(server);
      expect(await uploadOf(server, upload)).toMatchObject({ state: 'complete', sha256: sha256(own) });
      expect((await download(server, fileOf(upload))).body.equals(own)).toBe(true);
      await expectNoRest();
    });

    it('are 422 for signing unknown parts, with each part', async () => {
      const upload = await open();
      const parts = [1, 4, 2, 9].map((part) => ({ part, sha256: sha256(content) }));
      const answer = await server.api('POST', `/v1/uploads/${upload.id}/parts/sign`, { parts });
      expect([answer.status, answer.body.errors.map((error: any) => error.pointer)]).toEqual([
        422,
        ['/parts/1/part', '/parts/3/part'],
      ]);
    });

    it('handle an empty file, a wrong hash and known content', async () => {
      const empty = await completed(server, 'experiment', await newExperiment(server), Buffer.alloc(0));
      const bytes = randomBytes(100);
      const lie = await completed(server, 'experiment', await newExperiment(server), bytes, {
        sha256: sha256(randomBytes(100)),
      });
      const two = [];
      for (let n = 0; n < 2; n++)
        two.push(await completed(server, 'experiment', await newExperiment(server), bytes));
      await verifyAll(server);
      expect((await download(server, fileOf(empty))).status).toBe(200);
      expect(await uploadOf(server, lie)).toMatchObject({ state: 'failed', file: { state: 'rejected' } });
      for (const upload of two)
        expect((await download(server, fileOf(upload))).body.equals(bytes)).toBe(true);
      await expectNoRest();
    });

    it('leave nothing when aborted, even if the store has combined the parts', async () => {
      const [begun, whole] = [await open(), await open(partOf(content, 3))];
      await putPart(server, begun, 1, partOf(content, 1));
      await putPart(server, whole, 1, partOf(content, 3));
      const blob = await server.db.prisma.upload.findUniqueOrThrow({ where: { id: whole.id } });
      const { multipart } = server.ctx.blobs;
      await multipart.complete(blob, await Array.fromAsync(multipart.list(blob)));
      const late = await sign(begun, [2]);
      for (const { id } of [begun, whole])
        expect((await server.api('DELETE', `/v1/uploads/${id}`)).status).toBe(204);
      await expectNoRest();
      expect(await sendTo(late[0] as SignedPart, partOf(content, 2))).toBe(404);
    });

    it('are 503 while the S3 server is down, lose nothing, and continue later', async () => {
      const upload = await open();
      const given = await open();
      await server.api('DELETE', `/v1/uploads/${given.id}`);
      await putPart(server, upload, 1, partOf(content, 1));
      const waiting = await completed(server, 'experiment', await newExperiment(server), randomBytes(100));
      await bucket.kill();
      for (const answer of [
        await putPart(server, upload, 2, partOf(content, 2)),
        await complete(server, upload),
        await server.api('GET', `/v1/uploads/${upload.id}/parts`),
        await server.api('POST', '/v1/uploads', { experiment: run.id, path: 'b', sizeBytes: 1 }),
      ]) {
        expect([answer.status, answer.body.code]).toEqual([503, 'unavailable']);
        expect(answer.headers.get('retry-after')).not.toBeNull();
      }
      await expect(verifyNextUpload(server.ctx)).rejects.toThrow('unavailable');
      await expect(cleanUploads(server.ctx)).rejects.toThrow('could not be removed');
      expect((await uploadOf(server, waiting)).state).toBe('verifying');
      await bucket.start();
      expect((await partsOf(upload)).map((part: any) => part.part)).toEqual([1]);
      for (const part of [2, 3]) await putPart(server, upload, part, partOf(content, part));
      expect((await complete(server, upload)).status).toBe(200);
      // The lease of the claim has expired.
      await server.db.requests.query(
        "UPDATE uploads SET claimed_at = now() - interval '2 minutes' WHERE id = $1",
        [waiting.id],
      );
      await verifyAll(server);
      expect((await uploadOf(server, waiting)).state).toBe('complete');
      expect((await download(server, fileOf(upload))).body.equals(content)).toBe(true);
      await expectNoRest();
    });
  },
  { ownGateway: true },
);

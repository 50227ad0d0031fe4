import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { type BlobStore, BlobStoreUnavailable } from '@modelbox/blobs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newExperiment, newVersion } from '../../../testing/objects.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import {
  complete,
  completed,
  download,
  newUpload,
  PART,
  partOf,
  putPart,
  sha256,
  uploadOf,
  verifyAll,
} from '../../../testing/uploads.ts';
import { verifyNextUpload } from './upload-verify.ts';

vi.setConfig({ testTimeout: 120_000 });
let server: TestServer;
let second: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  second = await startTestServer({}, undefined, server);
});
afterAll(async () => {
  await second?.stop();
  await server?.stop();
});

/** Long enough for several renewals of a claim. */
const PATIENT = { timeout: 30_000, interval: 100 };

const fresh = (size = 1000) => randomBytes(size);
const verifying = async (content: Uint8Array) => {
  const run = await newExperiment(server);
  return {
    upload: await completed(server, 'experiment', run, content),
    path: `/v1/experiments/${run.id}/files/weights.bin`,
  };
};
const stateOf = async (upload: { id: string }) => (await uploadOf(server, upload)).state;
const claimedAgo = (upload: { id: string }, seconds: number) =>
  server.db.requests.query(
    'UPDATE uploads SET claimed_at = now() - make_interval(secs => $2) WHERE id = $1',
    [upload.id, seconds],
  );
/** Seconds since the last claim or renewal. */
const claimAge = async (upload: { id: string }): Promise<number> => {
  const text = 'SELECT extract(epoch FROM now() - claimed_at)::float8 AS age FROM uploads WHERE id = $1';
  return (await server.db.requests.query(text, [upload.id])).rows[0].age;
};
/** The context of the server with another store. */
const over = (blobs: Partial<BlobStore>) => ({ ...server.ctx, blobs: { ...server.ctx.blobs, ...blobs } });

describe('a completed upload', () => {
  it('can be sent to either of two servers, and is verified by a server that starts later', async () => {
    const content = fresh(2 * PART + 7);
    const version = await newVersion(server);
    const upload = await newUpload(server, 'version', version, content);
    await putPart(server, upload, 3, partOf(content, 3));
    await putPart(second, upload, 1, partOf(content, 1));
    await putPart(second, upload, 2, partOf(content, 2));
    expect((await server.api('GET', `/v1/uploads/${upload.id}/parts`)).body.items).toHaveLength(3);
    expect((await complete(second, upload)).status).toBe(200);
    const third = await startTestServer({}, undefined, server);
    await verifyAll(third);
    await third.stop();
    expect(
      (await download(second, `/v1/versions/${version.id}/files/weights.bin`)).body.equals(content),
    ).toBe(true);
  });

  it('stays with the reader that claimed it, and is taken over after its lease', async () => {
    const { upload } = await verifying(fresh());
    await claimedAgo(upload, 15);
    await verifyAll(server);
    expect(await stateOf(upload)).toBe('verifying');
    await claimedAgo(upload, 25);
    await verifyAll(second);
    expect(await stateOf(upload)).toBe('complete');
  });

  it('stays with a slow reader, because the reader renews its claim', async () => {
    const { upload } = await verifying(fresh());
    const gate = Promise.withResolvers<void>();
    const reading = Promise.withResolvers<void>();
    const read: BlobStore['read'] = async (...args) => {
      reading.resolve();
      await gate.promise;
      return server.ctx.blobs.read(...args);
    };
    const verified = verifyNextUpload(over({ read }));
    await reading.promise;
    // Simulates a claim that is older than the lease.
    await claimedAgo(upload, 25);
    await expect.poll(() => claimAge(upload), PATIENT).toBeLessThan(20);
    expect(await verifyNextUpload(second.ctx)).toBe(false);
    expect(await stateOf(upload)).toBe('verifying');
    gate.resolve();
    expect(await verified).toBe(true);
    expect(await stateOf(upload)).toBe('complete');
  });

  it('is not read further after it has ended', async () => {
    const { upload, path } = await verifying(fresh());
    const reading = Promise.withResolvers<void>();
    // Returns nothing until it is aborted, and then its own error, as stores do.
    const read: BlobStore['read'] = (_key, options) =>
      new Promise((_, reject) => {
        options?.signal?.addEventListener('abort', () => reject(new Error('ended')));
        reading.resolve();
      });
    const verified = verifyNextUpload(over({ read }));
    await reading.promise;
    expect((await server.api('DELETE', path)).status).toBe(204);
    expect(await verified).toBe(true);
    expect(await stateOf(upload)).toBe('aborted');
  });

  it('is read by only one of several concurrent readers', async () => {
    const uploads = await Promise.all(Array.from({ length: 6 }, () => verifying(fresh())));
    let reads = 0;
    const read: BlobStore['read'] = (...args) => {
      reads += 1;
      return server.ctx.blobs.read(...args);
    };
    const ctx = over({ read });
    await Promise.all(
      [1, 2, 3].map(async () => {
        while (await verifyNextUpload(ctx));
      }),
    );
    expect(reads).toBe(6);
    for (const { upload } of uploads) expect(await stateOf(upload)).toBe('complete');
  });

  it('does not wait behind larger content if it is small', async () => {
    const large = await verifying(fresh(2000));
    const small = await verifying(fresh(100));
    expect(await verifyNextUpload(server.ctx, { largest: 1000 })).toBe(true);
    expect(await verifyNextUpload(server.ctx, { largest: 1000 })).toBe(false);
    expect([await stateOf(large.upload), await stateOf(small.upload)]).toEqual(['verifying', 'complete']);
    await verifyAll(server);
  });
});

describe('a store that cannot be read', () => {
  it('does not reject content: other uploads come first, and the content is retried later', async () => {
    const away = () => Promise.reject(new Error('some fault of the disk'));
    const { upload } = await verifying(fresh());
    await expect(verifyNextUpload(over({ read: away }))).rejects.toThrow('some fault');
    expect(await stateOf(upload)).toBe('verifying');
    const other = await verifying(fresh());
    await verifyAll(server);
    expect([await stateOf(upload), await stateOf(other.upload)]).toEqual(['verifying', 'complete']);
    await claimedAgo(upload, 25);
    await verifyAll(server);
    expect(await stateOf(upload)).toBe('complete');
  });

  it('resumes an interrupted read, and reads no byte twice', async () => {
    const content = fresh(300_000);
    const { upload, path } = await verifying(content);
    const starts: (number | undefined)[] = [];
    const read: BlobStore['read'] = async (key, options) => {
      starts.push(options?.range?.start);
      const { stream, sizeBytes } = await server.ctx.blobs.read(key, options);
      if (starts.length > 1) return { stream, sizeBytes };
      stream.destroy();
      const broken = Readable.from(
        (async function* () {
          yield content.subarray(0, 100_000);
          throw new BlobStoreUnavailable(new Error('the connection broke'));
        })(),
      );
      return { stream: broken, sizeBytes };
    };
    await verifyNextUpload(over({ read }));
    expect(starts).toEqual([undefined, 100_000]);
    expect((await uploadOf(server, upload)).sha256).toBe(sha256(content));
    expect((await download(server, path)).status).toBe(200);
  });

  it('rejects content that is gone', async () => {
    const { upload } = await verifying(fresh());
    const { rows } = await server.db.requests.query('SELECT key FROM uploads WHERE id = $1', [upload.id]);
    await server.ctx.blobs.delete(rows[0].key);
    await verifyAll(server, { pauses: [0, 0] });
    expect(await uploadOf(server, upload)).toMatchObject({ state: 'failed', file: { state: 'rejected' } });
  });

  it('releases its claim when the server stops, so that another one continues at once', async () => {
    const { upload } = await verifying(fresh());
    const stopping = new AbortController();
    const read: BlobStore['read'] = (_key, options) =>
      new Promise((_, reject) => {
        options?.signal?.addEventListener('abort', () => reject(new Error('stop')));
        stopping.abort();
      });
    await expect(verifyNextUpload(over({ read }), { stopping: stopping.signal })).rejects.toThrow('stop');
    await verifyAll(second);
    expect(await stateOf(upload)).toBe('complete');
  });
});

import { Readable } from 'node:stream';
import { backupLock } from '@modelbox/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newCheckpoint, newModel, newVersion } from '../../../testing/objects.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { blobFigures } from '../../system/figures/blob-figures.ts';
import { purge } from '../purge.ts';
import { deletePending, sweepBlobs } from './blob-sweep.ts';
import { findOrphans, markOrphans, sweepOrphans } from './orphan-sweep.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const sweep = async () => {
  await sweepBlobs(server.ctx);
  await deletePending(server.ctx);
};
const keysInStore = async (): Promise<string[]> =>
  (await Array.fromAsync(server.ctx.blobs.list())).map((blob) => blob.key);
const keyOf = async (sha256: string): Promise<string | undefined> =>
  (await server.db.requests.query<{ key: string }>('SELECT key FROM blobs WHERE sha256 = $1', [sha256]))
    .rows[0]?.key;
const pendingCount = async () =>
  (await server.db.requests.query('SELECT 1 FROM pending_deletions WHERE removed_at IS NULL')).rowCount;
const metric = async (line: string): Promise<number> => {
  const { body } = await server.api<string>('GET', '/metrics');
  return Number(
    body
      .split('\n')
      .find((each) => each.startsWith(`${line} `))
      ?.slice(line.length),
  );
};

/** Makes a file of a new model, with unique content. */
async function stored(content: string) {
  const model = await newModel(server);
  const path = `/v1/models/${model.id}/files/a.bin`;
  const { body } = await server.api('PUT', path, Buffer.from(content));
  const key = await keyOf(body.sha256);
  if (key === undefined) throw new Error('no blob');
  return { path, key, sha256: body.sha256 as string };
}

describe('content without a file', () => {
  it('is kept while a backup copies the store', async () => {
    const { path, key } = await stored('backed up');
    await server.api('DELETE', path);
    await sweep();
    server.advance(DAY);
    const backup = await server.db.requests.connect();
    await backup.query(`SELECT pg_advisory_lock(${backupLock})`);
    await sweep();
    expect(await keysInStore()).toContain(key);
    await backup.query(`SELECT pg_advisory_unlock(${backupLock})`);
    backup.release();
    await sweep();
    expect(await keysInStore()).not.toContain(key);
  });

  it('is removed after its grace time, not before', async () => {
    const { path, key, sha256 } = await stored('deleted');
    await server.api('DELETE', path);
    await sweep();
    server.advance(DAY - HOUR);
    await sweep();
    expect(await keysInStore()).toContain(key);
    server.advance(HOUR);
    const before = await metric('modelbox_blob_reclaimed_bytes_total');
    await sweep();
    expect(await keysInStore()).not.toContain(key);
    expect(await keyOf(sha256)).toBeUndefined();
    expect(await pendingCount()).toBe(0);
    expect(await metric('modelbox_blob_reclaimed_bytes_total')).toBe(before + 'deleted'.length);
  });

  it('survives if it is uploaded again in time, and its next grace time starts anew', async () => {
    const { path, key } = await stored('came back');
    await server.api('DELETE', path);
    await sweep();
    server.advance(DAY - HOUR);
    await server.api('PUT', path, Buffer.from('came back'));
    server.advance(2 * HOUR);
    await sweep();
    expect((await server.api('GET', path)).body.toString()).toBe('came back');
    await server.api('DELETE', path);
    await sweep();
    server.advance(DAY - HOUR);
    await sweep();
    expect(await keysInStore()).toContain(key);
    server.advance(HOUR);
    await sweep();
    expect(await keysInStore()).not.toContain(key);
  });

  it('is stored again if it is uploaded after its removal', async () => {
    const { path, key } = await stored('once more');
    await server.api('DELETE', path);
    await sweep();
    server.advance(DAY);
    await sweep();
    expect((await server.api('PUT', path, Buffer.from('once more'))).status).toBe(201);
    expect(await keysInStore()).not.toContain(key);
    expect((await server.api('GET', path)).status).toBe(200);
  });

  it('is removed if other content replaced it', async () => {
    const { path, key } = await stored('the first');
    await server.api('PUT', path, Buffer.from('the second'));
    await sweep();
    server.advance(DAY);
    await sweep();
    expect(await keysInStore()).not.toContain(key);
    expect((await server.api('GET', path)).body.toString()).toBe('the second');
  });

  it('is kept while any file has it', async () => {
    const { path, key } = await stored('shared');
    const other = await newVersion(server);
    await server.api('PUT', `/v1/versions/${other.id}/files/b.bin`, Buffer.from('shared'));
    await server.api('DELETE', path);
    await sweep();
    server.advance(2 * DAY);
    await sweep();
    expect(await keysInStore()).toContain(key);
  });
});

it('frees the bytes of a deleted object after purge and sweep', async () => {
  const checkpoint = await newCheckpoint(server, { status: 'pending' });
  const path = `/v1/checkpoints/${checkpoint.id}`;
  const { body } = await server.api('PUT', `${path}/files/w.bin`, Buffer.alloc(100_000, 7));
  await server.api('POST', `${path}/finalize`);
  const key = (await keyOf(body.sha256)) ?? '';
  await server.api('DELETE', path);
  server.advance(30 * DAY + HOUR);
  await sweep();
  expect(await keysInStore()).toContain(key);
  await purge(server.ctx, 100);
  await sweep();
  server.advance(DAY);
  await sweep();
  expect(await keysInStore()).not.toContain(key);
  expect(await keyOf(body.sha256)).toBeUndefined();
});

it('deletes the key of removed content in the end, and removes content that appears under it again', async () => {
  const { path, key } = await stored('gone for good');
  await server.api('DELETE', path);
  await sweep();
  server.advance(DAY);
  await sweep();
  const remembered = async () =>
    (await server.db.requests.query('SELECT 1 FROM pending_deletions WHERE key = $1', [key])).rowCount;
  expect(await remembered()).toBe(1);
  expect(await markOrphans(server.ctx, [{ key, sizeBytes: 1, writtenAt: new Date(0) }])).toBe(1);
  expect(await pendingCount()).toBe(1);
  await deletePending(server.ctx);
  expect(await pendingCount()).toBe(0);
  server.advance(8 * DAY);
  await deletePending(server.ctx);
  expect(await remembered()).toBe(0);
});

it('deletes all due keys of removed content in batches, and none after the server stops', async () => {
  const count = async () =>
    Number(
      (await server.db.requests.query('SELECT count(*) FROM pending_deletions WHERE size_bytes = 77')).rows[0]
        .count,
    );
  await server.db.requests.query(
    `INSERT INTO pending_deletions (key, size_bytes, requested_at, removed_at)
     SELECT 'due-' || n, 77, $1::timestamptz, $1::timestamptz FROM generate_series(1, 450) AS n
     UNION ALL SELECT 'later', 77, $2::timestamptz, $2::timestamptz`,
    [new Date(server.ctx.now().getTime() - 8 * DAY), new Date(server.ctx.now().getTime() - 6 * DAY)],
  );
  await deletePending(server.ctx, AbortSignal.abort());
  expect(await count()).toBe(451);
  const deleted: (number | null)[] = [];
  const background = new Proxy(server.db.background, {
    get: (pool, name) => {
      if (name !== 'query') return Reflect.get(pool, name);
      return async (text: string, values: unknown[]) => {
        const result = await pool.query(text, values);
        if (text.startsWith('DELETE')) deleted.push(result.rowCount);
        return result;
      };
    },
  });
  await deletePending({ ...server.ctx, db: { ...server.db, background } });
  expect(deleted).toEqual([200, 200, 50]);
  expect(await count()).toBe(1);
});

it('reports stored and reclaimable bytes as metrics', async () => {
  const before = await blobFigures(server.db);
  const { path } = await stored('eleven byte');
  expect(await blobFigures(server.db)).toEqual({ ...before, stored: before.stored + 11 });
  await server.api('DELETE', path);
  await sweep();
  expect(await blobFigures(server.db)).toEqual({
    ...before,
    stored: before.stored + 11,
    reclaimable: before.reclaimable + 11,
  });
  server.advance(DAY);
  await sweep();
  expect((await blobFigures(server.db)).reclaimable).toBe(0);
  expect(await metric('modelbox_blobs_corrupt')).toBe(0);
});

it('a store that fails keeps what is pending deletion for the next round, and holds up nothing else', async () => {
  const first = await stored('fails');
  const second = await stored('succeeds');
  for (const { path } of [first, second]) await server.api('DELETE', path);
  await sweepBlobs(server.ctx);
  server.advance(DAY);
  await sweepBlobs(server.ctx);
  const blobs = {
    ...server.ctx.blobs,
    delete: (key: string) =>
      key === first.key ? Promise.reject(new Error('away')) : server.ctx.blobs.delete(key),
  };
  await expect(deletePending({ ...server.ctx, blobs })).rejects.toThrow(
    'content that is pending deletion could not be removed',
  );
  expect(await keysInStore()).not.toContain(second.key);
  expect(await pendingCount()).toBe(1);
  await deletePending(server.ctx);
  expect(await keysInStore()).not.toContain(first.key);
  expect(await pendingCount()).toBe(0);
});

describe('content in the store without a row', () => {
  const soon = () => new Date(Date.now() + 60_000);

  it('is removed, but content with a row is not', async () => {
    const { path, key } = await stored('has a row');
    const orphan = await server.ctx.blobs.write(Readable.from([Buffer.from('orphan')]));
    await sweepOrphans(server.ctx, new Date(Date.now() - 60_000));
    expect(await keysInStore()).toContain(orphan.key);
    await sweepOrphans(server.ctx, soon());
    const keys = await keysInStore();
    expect(keys).not.toContain(orphan.key);
    expect(keys).toContain(key);
    expect((await server.api('GET', path)).body.toString()).toBe('has a row');
  });

  it('is kept if the store has more of it than of content with a row: it may belong to another database', async () => {
    await stored('known');
    const { known } = await findOrphans(server.ctx, soon());
    const orphans = await Promise.all(
      Array.from({ length: known + 1 }, () =>
        server.ctx.blobs.write(Readable.from([Buffer.from('of others')])),
      ),
    );
    await sweepOrphans(server.ctx, soon());
    expect(await keysInStore()).toEqual(expect.arrayContaining(orphans.map((orphan) => orphan.key)));
    await Promise.all(orphans.map((orphan) => server.ctx.blobs.delete(orphan.key)));
  });

  it.each(['pending deletion', 'pending deletion and removed'])(
    'is 503 for an upload whose copy was %s meanwhile, and a retry succeeds',
    async (what) => {
      const model = await newModel(server);
      const path = `/v1/models/${model.id}/files/late.bin`;
      const { write } = server.ctx.blobs;
      // Simulates a commit a day after the last byte.
      Object.assign(server.ctx.blobs, {
        write: async (...args: Parameters<typeof write>) => {
          const written = await write(...args);
          await markOrphans(server.ctx, (await findOrphans(server.ctx, soon())).orphans);
          if (what === 'pending deletion and removed') await deletePending(server.ctx);
          return written;
        },
      });
      const late = await server.api('PUT', path, Buffer.from(what));
      Object.assign(server.ctx.blobs, { write });
      expect(late).toMatchObject({ status: 503, body: { code: 'unavailable' } });
      await deletePending(server.ctx);
      expect((await server.api('PUT', path, Buffer.from(what))).status).toBe(201);
      expect((await server.api('GET', path)).body.toString()).toBe(what);
    },
  );
});

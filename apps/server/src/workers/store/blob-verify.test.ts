import { glob, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changesOf, newVersion } from '../../../testing/objects.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { deletePending } from './blob-sweep.ts';
import { verifyNext } from './blob-verify.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const DAY = 86_400_000;
const verifyAll = async () => {
  let count = 0;
  while (await verifyNext(server.ctx)) count += 1;
  return count;
};
// Content of earlier tests must not be due in the next test.
beforeEach(async () => {
  server.advance(31 * DAY);
  await verifyAll();
});

const blobOf = async (sha256: string): Promise<any> =>
  (await server.db.requests.query('SELECT * FROM blobs WHERE sha256 = $1', [sha256])).rows[0];
const corruptCount = async (): Promise<number> =>
  Number(
    (await server.db.requests.query('SELECT count(*) AS n FROM blobs WHERE corrupt_at IS NOT NULL')).rows[0]
      .n,
  );

async function stored(content: string) {
  const version = await newVersion(server);
  const path = `/v1/versions/${version.id}/files/a.bin`;
  const { body } = await server.api('PUT', path, Buffer.from(content));
  const { key } = await blobOf(body.sha256);
  const [onDisk] = await Array.fromAsync(glob(`**/${key}`, { cwd: server.blobsDir }));
  if (onDisk === undefined) throw new Error('not on the disk');
  return {
    version,
    path,
    key: key as string,
    sha256: body.sha256 as string,
    onDisk: join(server.blobsDir, onDisk),
  };
}
/** Reads the state from the version, whose answers are cached. */
const stateOf = async (version: { id: string }): Promise<string> =>
  (await server.api('GET', `/v1/versions/${version.id}`)).body.files[0].state;

/** Changes content in place, as `chmod +w` and a write would. The store itself never does. */
async function rot(onDisk: string, bytes: string): Promise<void> {
  await rm(onDisk);
  await writeFile(onDisk, bytes);
}

describe('verify', () => {
  it('reads due content, oldest first, once in 30 days', async () => {
    const first = await stored('one');
    server.advance(DAY);
    const second = await stored('two');
    expect(await verifyAll()).toBe(0);
    server.advance(29 * DAY);
    expect(await verifyAll()).toBe(1);
    expect((await blobOf(first.sha256)).verified_at).not.toBeNull();
    expect((await blobOf(second.sha256)).verified_at).toBeNull();
    server.advance(DAY);
    expect(await verifyAll()).toBe(1);
    expect(await verifyAll()).toBe(0);
  });

  it('reads nothing at a rate of 0', async () => {
    await stored('unread');
    server.advance(31 * DAY);
    const settings = { ...server.ctx.settings, verifyRate: 0 };
    expect(await verifyNext({ ...server.ctx, settings })).toBe(false);
  });

  it('stops at once on request, at any rate, and leaves the content to other readers', async () => {
    await stored('x'.repeat(300_000));
    server.advance(31 * DAY);
    const settings = { ...server.ctx.settings, verifyRate: 1 };
    const stopping = new AbortController();
    const reading = verifyNext({ ...server.ctx, settings }, stopping.signal);
    stopping.abort();
    await expect(reading).rejects.toThrow();
    server.advance(DAY);
    expect(await verifyAll()).toBeGreaterThan(0);
  });

  it.each([
    ['other bytes', (onDisk: string) => rot(onDisk, 'rotten')],
    ['fewer bytes', (onDisk: string) => rot(onDisk, '')],
    ['nothing', (onDisk: string) => rm(onDisk)],
  ])(
    'reports %s in place of content as 409 file_corrupt until it is uploaded again',
    async (what, damage) => {
      const { version, path, key, sha256, onDisk } = await stored(`sound before ${what}`);
      const before = await corruptCount();
      expect(await stateOf(version)).toBe('verified');
      await damage(onDisk);
      server.advance(31 * DAY);
      await verifyAll();
      expect(await corruptCount()).toBe(before + 1);
      expect(await stateOf(version)).toBe('corrupt');
      const changes = await changesOf(server, version.id);
      expect(changes.at(-1)).toMatchObject({
        action: 'file_checked',
        actor: 'modelbox',
        detail: { path: 'a.bin', sha256, state: 'corrupt' },
      });
      expect(await server.api('GET', path)).toMatchObject({ status: 409, body: { code: 'file_corrupt' } });
      expect((await server.api('HEAD', path)).status).toBe(409);

      const again = await server.api('PUT', path, Buffer.from(`sound before ${what}`));
      expect(again).toMatchObject({ status: 200, body: { state: 'verified', sha256 } });
      expect((await server.api('GET', path)).body.toString()).toBe(`sound before ${what}`);
      expect(await corruptCount()).toBe(before);
      await deletePending(server.ctx);
      const keys = (await Array.fromAsync(server.ctx.blobs.list())).map((blob) => blob.key);
      expect(keys).not.toContain(key);
      expect(keys).toContain((await blobOf(sha256)).key);
    },
  );

  it('repairs every file by one upload of the content, and finds content that was restored', async () => {
    const one = await stored('of two files');
    const two = await newVersion(server);
    await server.api('PUT', `/v1/versions/${two.id}/files/b.bin`, Buffer.from('of two files'));
    await rot(one.onDisk, 'rotten');
    server.advance(31 * DAY);
    await verifyAll();
    expect([await stateOf(one.version), await stateOf(two)]).toEqual(['corrupt', 'corrupt']);
    await rot(one.onDisk, 'of two files');
    server.advance(DAY);
    expect(await verifyAll()).toBe(1);
    expect([await stateOf(one.version), await stateOf(two)]).toEqual(['verified', 'verified']);
    expect((await server.api('GET', one.path)).status).toBe(200);
  });

  it('returns 409 if a download finds content missing before a verification does', async () => {
    const { path, onDisk } = await stored('lost');
    await rm(onDisk);
    expect(await server.api('GET', path)).toMatchObject({ status: 409, body: { code: 'file_corrupt' } });
  });
});

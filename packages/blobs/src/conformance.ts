import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defineDamage } from './conformance-damage.ts';
import { defineMapProperty } from './conformance-map.ts';
import { defineMultipart } from './conformance-multipart.ts';
import {
  BlobKeyInvalid,
  BlobMismatch,
  BlobNotFound,
  BlobRangeInvalid,
  BlobStoreOwnerMismatch,
  BlobTooLarge,
} from './errors.ts';
import type { BlobStat, BlobStore } from './store.ts';
import type { StoredCopies } from './testing/stored-copies.ts';

/** An empty store for one test, with access to its content and its disposal. */
export interface StoreUnderTest {
  readonly store: BlobStore;
  readonly copies: StoredCopies;
  readonly dispose: () => Promise<void>;
}

const MiB = 1024 * 1024;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const distantFuture = new Date('2999-01-01');

/** Yields the pieces and then runs `end`, which may throw or wait. */
async function* pieces(
  bytes: readonly Uint8Array[],
  end?: () => Promise<unknown>,
): AsyncGenerator<Uint8Array> {
  yield* bytes;
  await end?.();
}

/** Defines the tests that every `BlobStore` must pass. `open` gives a new and empty store each time. */
export function describeBlobStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} as a blob store`, () => {
    let store: BlobStore;
    let copies: StoredCopies;
    let dispose: () => Promise<void>;
    beforeEach(async () => {
      ({ store, copies, dispose } = await open());
    });
    afterEach(() => dispose());

    const listed = (olderThan?: Date): Promise<BlobStat[]> => Array.fromAsync(store.list({ olderThan }));
    const content = async (key: string, range?: { start: number; end: number }) =>
      buffer((await store.read(key, { range })).stream);
    /** Expects neither blobs nor temporary files. */
    const expectNothingLeft = async () => {
      expect(await listed()).toEqual([]);
      expect(await store.sweepTemporary(distantFuture)).toBe(0);
    };

    describe('write and read', () => {
      const sizes = [0, 1, 1000, MiB - 1, MiB, MiB + 1, 2 * MiB, 7 * MiB + 13];
      it.each(sizes)('returns %i bytes, their size and their SHA-256', async (size) => {
        const bytes = randomBytes(size);
        const written = await store.write(Readable.from([bytes]));
        expect(written).toEqual({ key: written.key, sizeBytes: size, sha256: sha256(bytes) });
        expect(bytes.equals(await content(written.key))).toBe(true);
        expect(await store.stat(written.key)).toMatchObject({ key: written.key, sizeBytes: size });
        expect((await listed()).map((blob) => blob.key)).toEqual([written.key]);
        expect(await store.sweepTemporary(distantFuture)).toBe(0);
      });

      it('takes chunks of any size, from any async iterable', async () => {
        const bytes = randomBytes(3 * MiB);
        const chunks: Uint8Array[] = [];
        for (
          let at = 0, size = 1;
          at < bytes.length;
          at += size, size = ((size * 7) % 400_009) + (chunks.length % 2)
        ) {
          chunks.push(bytes.subarray(at, at + size), new Uint8Array(0));
        }
        const { key, sha256: actual } = await store.write(pieces(chunks));
        expect(actual).toBe(sha256(bytes));
        expect(bytes.equals(await content(key))).toBe(true);
      });

      it('accepts a source that reuses one buffer', async () => {
        const shared = new Uint8Array(300_000);
        const whole = createHash('sha256');
        async function* reusing() {
          for (let turn = 0; turn < 12; turn += 1) {
            shared.fill(turn);
            whole.update(shared);
            yield shared;
          }
        }
        const { key, sha256: actual } = await store.write(reusing());
        expect(actual).toBe(whole.digest('hex'));
        expect(sha256(await content(key))).toBe(actual);
      });

      it('takes a web stream', async () => {
        const { key } = await store.write(new Blob(['from the web']).stream());
        expect(String(await content(key))).toBe('from the web');
      });

      it('stores the same content under a key of its own for each concurrent write', async () => {
        const bytes = randomBytes(MiB + 5);
        const written = await Promise.all(
          Array.from({ length: 8 }, () => store.write(Readable.from([bytes]))),
        );
        expect(new Set(written.map((blob) => blob.key)).size).toBe(8);
        expect(new Set(written.map((blob) => blob.sha256))).toEqual(new Set([sha256(bytes)]));
        await store.delete(written[0]?.key ?? '');
        expect(bytes.equals(await content(written[1]?.key ?? ''))).toBe(true);
      });
    });

    describe('ranges', () => {
      it.each([
        [0, 0],
        [0, 9],
        [9, 9],
        [3, 5],
      ])('reads bytes %i to %i, both included', async (start, end) => {
        const { key } = await store.write(Readable.from([Buffer.from('0123456789')]));
        const { stream, sizeBytes } = await store.read(key, { range: { start, end } });
        expect(String(await buffer(stream))).toBe('0123456789'.slice(start, end + 1));
        expect(sizeBytes).toBe(10);
      });

      it('reads a range across large pieces', async () => {
        const bytes = randomBytes(3 * MiB);
        const { key } = await store.write(Readable.from([bytes]));
        const range = { start: 100_001, end: 3 * MiB - 7 };
        expect(bytes.subarray(range.start, range.end + 1).equals(await content(key, range))).toBe(true);
      });

      it.each([
        [0, 10],
        [10, 10],
        [5, 4],
        [-1, 3],
        [0.5, 3],
        [0, Number.POSITIVE_INFINITY],
      ])('refuses bytes %d to %d of ten', async (start, end) => {
        const { key } = await store.write(Readable.from([Buffer.from('0123456789')]));
        await expect(store.read(key, { range: { start, end } })).rejects.toThrow(BlobRangeInvalid);
      });

      it('refuses any range of an empty blob', async () => {
        const { key } = await store.write(Readable.from([]));
        await expect(store.read(key, { range: { start: 0, end: 0 } })).rejects.toThrow(BlobRangeInvalid);
        expect(await content(key)).toHaveLength(0);
      });

      it('ends a read on abort', async () => {
        const { key } = await store.write(Readable.from([randomBytes(4 * MiB)]));
        const abort = new AbortController();
        const { stream } = await store.read(key, { signal: abort.signal });
        abort.abort();
        await expect(buffer(stream)).rejects.toThrow();
        await expect(store.read(key, { signal: abort.signal })).rejects.toThrow();
      });
    });

    describe('a write that fails leaves nothing', () => {
      const some = [randomBytes(100), randomBytes(3 * MiB)];
      const size = 100 + 3 * MiB;

      it('when its source fails midway, with the error of the source', async () => {
        const failure = Object.assign(new Error('the client hung up'), { code: 'ECONNRESET' });
        const source = pieces(some, () => Promise.reject(failure));
        await expect(store.write(source)).rejects.toBe(failure);
        await expectNothingLeft();
      });

      it('when it is aborted while the source stalls, with the reason given', async () => {
        const abort = new AbortController();
        const reason = new Error('enough');
        const stalls = () => {
          setImmediate(() => abort.abort(reason));
          return new Promise(() => {});
        };
        await expect(store.write(pieces(some, stalls), { signal: abort.signal })).rejects.toBe(reason);
        await expectNothingLeft();
      });

      it('when it is aborted before it begins', async () => {
        await expect(store.write(pieces(some), { signal: AbortSignal.abort() })).rejects.toThrow();
        await expectNothingLeft();
      });

      it('when it is aborted as the last byte arrives', async () => {
        const abort = new AbortController();
        const source = pieces(some, async () => abort.abort(new Error('at last')));
        await expect(store.write(source, { signal: abort.signal })).rejects.toThrow('at last');
        await expectNothingLeft();
      });

      it.each([0, size - 1, size + 1])('when %i bytes were announced, but others came', async (sizeBytes) => {
        const writing = store.write(pieces(some), { expect: { sizeBytes } });
        await expect(writing).rejects.toThrow(BlobMismatch);
        await expect(writing).rejects.toMatchObject({ what: 'sizeBytes', expected: sizeBytes });
        await expectNothingLeft();
      });

      it('when the content has another hash than announced', async () => {
        const announced = sha256(Buffer.from('other'));
        const writing = store.write(pieces(some), { expect: { sizeBytes: size, sha256: announced } });
        await expect(writing).rejects.toMatchObject({ what: 'sha256', expected: announced });
        await expectNothingLeft();
      });

      it('when it exceeds the limit, without waiting for the end', async () => {
        const endless = (async function* () {
          for (;;) yield randomBytes(100_000);
        })();
        await expect(store.write(endless, { limitBytes: 2 * MiB })).rejects.toThrow(BlobTooLarge);
        await expectNothingLeft();
      });

      it('when the source yields something other than bytes', async () => {
        await expect(store.write(Readable.from(['text']))).rejects.toThrow(TypeError);
        await expectNothingLeft();
      });

      it('and leaves a Node stream to its owner', async () => {
        const source = Readable.from(some);
        await expect(store.write(source, { limitBytes: 10 })).rejects.toThrow(BlobTooLarge);
        expect(source.destroyed).toBe(false);
      });

      it('unless the announced values are right', async () => {
        const expected = { sizeBytes: size, sha256: sha256(Buffer.concat(some)) };
        const written = await store.write(pieces(some), { expect: expected, limitBytes: size });
        expect(written).toMatchObject(expected);
      });
    });

    describe('delete, list, sweep', () => {
      it('deletes a blob once, twice, and if it never existed', async () => {
        const { key } = await store.write(Readable.from([Buffer.from('x')]));
        await store.delete(key);
        await store.delete(key);
        await store.delete('0'.repeat(32));
        await expect(store.read(key)).rejects.toThrow(BlobNotFound);
        await expect(store.stat(key)).rejects.toThrow(BlobNotFound);
        await expectNothingLeft();
      });

      it('lists by age, in order of keys', async () => {
        const keys: string[] = [];
        for (let n = 0; n < 20; n += 1) keys.push((await store.write(Readable.from([Buffer.alloc(n)]))).key);
        const all = await listed(distantFuture);
        expect(all.map((blob) => blob.key)).toEqual(keys.toSorted());
        expect(all.reduce((sum, blob) => sum + blob.sizeBytes, 0)).toBe(190);
        expect(await listed(new Date(0))).toEqual([]);
        const newest = Math.max(...all.map((blob) => blob.writtenAt.getTime()));
        expect(await listed(new Date(newest + 1000))).toHaveLength(20);
      });

      it('does not sweep a write that is still going on', async () => {
        let swept = -1;
        const source = pieces([randomBytes(3 * MiB)], async () => {
          swept = await store.sweepTemporary(distantFuture);
        });
        const { key } = await store.write(source);
        expect(swept).toBe(0);
        expect(await content(key)).toHaveLength(3 * MiB);
      });

      it('passes its own check and leaves no trace of it', async () => {
        await Promise.all([store.check(), store.check()]);
        await expectNothingLeft();
      });
    });

    describe('claim', () => {
      it('assigns the store to its owner permanently, and rejects other owners', async () => {
        expect(await store.owner()).toBeUndefined();
        await store.claim('database:1');
        expect(await store.owner()).toBe('database:1');
        await store.claim('database:1');
        const error = await store.claim('database:2').catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(BlobStoreOwnerMismatch);
        expect(error).toMatchObject({ owner: 'database:1' });
        await expectNothingLeft();
        await store.claim('database:1');
      });

      it('has one winner if several claims race', async () => {
        const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
        const outcomes = await Promise.allSettled(ids.map((id) => store.claim(id)));
        const winners = ids.filter((_, index) => outcomes[index]?.status === 'fulfilled');
        expect(winners).toHaveLength(1);
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ owner: winners[0] });
        }
        await expectNothingLeft();
      });

      it.each(['', ' ', 'a b', 'a\n', 'x'.repeat(129)])('refuses the id %j', async (id) => {
        await expect(store.claim(id)).rejects.toThrow(RangeError);
      });
    });

    const hostile = [
      '',
      '.',
      '..',
      '../x',
      '/etc/passwd',
      `../../${'a'.repeat(26)}`,
      'A'.repeat(32),
      'a'.repeat(31),
    ];
    const stranger = [
      'a'.repeat(33),
      `${'a'.repeat(32)}\n`,
      `${'a'.repeat(31)}\0`,
      `aa/aa/${'a'.repeat(26)}`,
    ];
    it.each([...hostile, ...stranger])('refuses the key %j', async (key) => {
      await expect(store.read(key)).rejects.toThrow(BlobKeyInvalid);
      await expect(store.stat(key)).rejects.toThrow(BlobKeyInvalid);
      await expect(store.delete(key)).rejects.toThrow(BlobKeyInvalid);
    });

    defineMultipart(() => store);
    defineMapProperty(() => store);
    defineDamage(() => ({ store, copies }));
  });
}

import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { beforeEach, describe, expect, it } from 'vitest';
import { BlobKeyInvalid, BlobMismatch, BlobNotFound, BlobPartsChanged, BlobRangeInvalid } from './errors.ts';
import type { BlobPart, MultipartBlob, MultipartStore } from './multipart.ts';
import { partBytesAtLeast, partBytesAtMost } from './part-rules.ts';
import type { BlobStore } from './store.ts';

const distantFuture = new Date('2999-01-01');
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const contentOf = (bytes: Uint8Array) => ({ sizeBytes: bytes.length, sha256: sha256(bytes) });

/** Parts of the minimum size, generated once. Their content differs. */
const [first, second, third] = Array.from({ length: 3 }, () => randomBytes(partBytesAtLeast)) as [
  Buffer,
  Buffer,
  Buffer,
];
const last = randomBytes(1017);

/** The behaviour of every store with multipart blobs. */
export function defineMultipart(storeOf: () => BlobStore): void {
  describe('content in parts', () => {
    let store: BlobStore;
    let multipart: MultipartStore;
    let blob: MultipartBlob;
    beforeEach(async () => {
      store = storeOf();
      multipart = store.multipart;
      blob = await multipart.begin();
    });
    const put = (number: number, bytes: Uint8Array, to = blob): Promise<BlobPart> =>
      multipart.put(to, number, Readable.from([bytes]), contentOf(bytes));
    const listed = (of = blob) => Array.fromAsync(multipart.list(of));
    const content = async (range?: { start: number; end: number }) =>
      buffer((await store.read(blob.key, { range })).stream);
    const expectNoBlob = async () => {
      expect(await Array.fromAsync(store.list())).toEqual([]);
      await expect(store.stat(blob.key)).rejects.toThrow(BlobNotFound);
      await expect(store.read(blob.key)).rejects.toThrow(BlobNotFound);
    };
    const expectOver = async () => {
      await expect(put(1, last)).rejects.toThrow(BlobNotFound);
      await expect(listed()).rejects.toThrow(BlobNotFound);
    };

    it('accepts parts in any order, lists them by number, and becomes visible when it is complete', async () => {
      const parts = await Promise.all([put(4, last), put(1, first), put(2, second)]);
      await expectNoBlob();
      const there = await listed();
      expect(there.map(({ number, sizeBytes, tag }) => ({ number, sizeBytes, tag }))).toEqual(
        [parts[1], parts[2], parts[0]].map((part) => ({
          number: part?.number,
          sizeBytes: part?.sizeBytes,
          tag: part?.tag,
        })),
      );
      expect([sha256(first), null]).toContain(there[0]?.sha256);
      await multipart.complete(blob, there);

      const whole = Buffer.concat([first, second, last]);
      expect(whole.equals(await content())).toBe(true);
      expect(await store.stat(blob.key)).toMatchObject({ key: blob.key, sizeBytes: whole.length });
      expect(await Array.fromAsync(store.list())).toMatchObject([{ key: blob.key, sizeBytes: whole.length }]);
      expect(await store.sweepTemporary(distantFuture)).toBe(0);
      await multipart.complete(blob, there);
      await expectOver();
      expect(whole.equals(await content())).toBe(true);
      await store.delete(blob.key);
      await expectNoBlob();
      expect(await store.sweepTemporary(distantFuture)).toBe(0);
    });

    it('is read in ranges, within parts and across them', async () => {
      await multipart.complete(blob, [await put(1, first), await put(2, second), await put(3, last)]);
      const whole = Buffer.concat([first, second, last]);
      const size = first.length;
      const ranges = [
        [0, 0],
        [size - 1, size - 1],
        [size, size],
        [size - 1, size],
        [5, 2 * size + 5],
        [2 * size, whole.length - 1],
        [0, whole.length - 1],
      ];
      for (const [start = 0, end = 0] of ranges) {
        const { stream, sizeBytes } = await store.read(blob.key, { range: { start, end } });
        expect(sizeBytes).toBe(whole.length);
        expect(whole.subarray(start, end + 1).equals(await buffer(stream))).toBe(true);
      }
      for (const [start, end] of [
        [0, whole.length],
        [whole.length, whole.length],
        [5, 4],
        [-1, 3],
      ] as const) {
        await expect(store.read(blob.key, { range: { start, end } })).rejects.toThrow(BlobRangeInvalid);
      }
      const abort = new AbortController();
      const { stream } = await store.read(blob.key, { signal: abort.signal });
      abort.abort();
      await expect(buffer(stream)).rejects.toThrow();
    });

    it('can be empty: one part without bytes', async () => {
      await expect(multipart.put(blob, 1, Readable.from([last]), contentOf(Buffer.alloc(0)))).rejects.toThrow(
        BlobMismatch,
      );
      expect(await listed()).toEqual([]);
      const part = await put(1, Buffer.alloc(0));
      expect(await listed()).toMatchObject([{ number: 1, sizeBytes: 0 }]);
      await multipart.complete(blob, [part]);
      expect(await content()).toHaveLength(0);
      expect(await store.stat(blob.key)).toMatchObject({ sizeBytes: 0 });
    });

    it('accepts a part again: the same content changes nothing, other content replaces it', async () => {
      const before = await put(1, first);
      const again = await put(1, first);
      expect(again.tag).toBe(before.tag);
      await multipart.put(blob, 2, Readable.from([last]), contentOf(last));
      const replaced = await put(1, second);
      const there = await listed();
      expect(there.map(({ number, tag }) => ({ number, tag }))).toEqual([
        { number: 1, tag: replaced.tag },
        { number: 2, tag: there[1]?.tag },
      ]);
      await multipart.complete(blob, there);
      expect(Buffer.concat([second, last]).equals(await content())).toBe(true);
    });

    it('uses the part that finished last, even if bytes repeat', async () => {
      const versions = [Buffer.from('one'), Buffer.from('two'), Buffer.from('one'), Buffer.from('three')];
      for (const bytes of versions) {
        const { tag } = await put(7, bytes);
        expect(await listed()).toMatchObject([{ number: 7, sizeBytes: bytes.length, tag }]);
      }
      await multipart.complete(blob, await listed());
      expect(String(await content())).toBe('three');
    });

    it('has one whole part if several parts race under one number', async () => {
      const contents = [first, second, third, last];
      const written = await Promise.all(contents.map((bytes) => put(1, bytes)));
      const [part, ...others] = await listed();
      expect(others).toEqual([]);
      const winner = contents[written.findIndex(({ tag }) => tag === part?.tag)];
      await multipart.complete(blob, part ? [part] : []);
      expect(winner?.equals(await content())).toBe(true);
    });

    it('cannot be completed with missing or changed parts, but with the right ones afterwards', async () => {
      const one = await put(1, first);
      const two = await put(2, last);
      await put(1, second);
      const refused = async (parts: BlobPart[], numbers: number[]) => {
        const error = await multipart.complete(blob, parts).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(BlobPartsChanged);
        expect(error).toMatchObject({ numbers });
      };
      await refused([one, two], [1]);
      const now = await listed();
      await refused([...now.slice(0, 1), { ...two, number: 3 }], [2, 3]);
      await refused(now.slice(0, 1), [2]);
      await expectNoBlob();
      await multipart.complete(blob, await listed());
      expect(Buffer.concat([second, last]).equals(await content())).toBe(true);
    });

    it('can be completed by several concurrent calls', async () => {
      const parts = [await put(1, first), await put(2, last)];
      await Promise.all(Array.from({ length: 3 }, () => multipart.complete(blob, parts)));
      expect(Buffer.concat([first, last]).equals(await content())).toBe(true);
      expect(await store.sweepTemporary(distantFuture)).toBe(0);
    });

    it('is aborted with all its parts, once or twice, and can never be completed afterwards', async () => {
      const part = await put(1, last);
      await multipart.abort(blob);
      await multipart.abort(blob);
      await expectOver();
      await expect(multipart.complete(blob, [part])).rejects.toThrow(BlobNotFound);
      await expectNoBlob();
      expect(await store.sweepTemporary(distantFuture)).toBe(0);
    });

    it('is not lost by an abort after its completion', async () => {
      await multipart.complete(blob, [await put(1, last)]);
      await multipart.abort(blob);
      expect(last.equals(await content())).toBe(true);
    });

    describe('a part that fails changes nothing', () => {
      const large = Buffer.concat([first, second]);
      async function* pieces(bytes: Uint8Array, end?: () => Promise<unknown>) {
        for (let at = 0; at < bytes.length; at += 300_001) yield bytes.subarray(at, at + 300_001);
        await end?.();
      }
      const expectAsBefore = async (before: BlobPart) => {
        expect(await listed()).toMatchObject([{ number: 1, sizeBytes: last.length, tag: before.tag }]);
        await multipart.abort(blob);
        expect(await store.sweepTemporary(distantFuture)).toBe(0);
      };

      it.each([
        ['another hash', contentOf(large).sizeBytes, 'sha256'],
        ['fewer bytes', large.length + 1, 'sizeBytes'],
        ['more bytes', large.length - 1, 'sizeBytes'],
      ])('with %s than announced', async (_, sizeBytes, what) => {
        const before = await put(1, last);
        const announced = { sizeBytes, sha256: what === 'sha256' ? sha256(last) : sha256(large) };
        const error = await multipart
          .put(blob, 1, pieces(large), announced)
          .catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(BlobMismatch);
        expect(error).toMatchObject({ what });
        await expectAsBefore(before);
      });

      it('when its source fails, with the error of the source', async () => {
        const before = await put(1, last);
        const failure = Object.assign(new Error('the client hung up'), { code: 'ECONNRESET' });
        const source = pieces(first, () => Promise.reject(failure));
        await expect(multipart.put(blob, 1, source, contentOf(large))).rejects.toBe(failure);
        await expectAsBefore(before);
      });

      it('when it is aborted while the source stalls, with the reason given', async () => {
        const before = await put(1, last);
        const abort = new AbortController();
        const reason = new Error('enough');
        const stalls = () => {
          setImmediate(() => abort.abort(reason));
          return new Promise(() => {});
        };
        const putting = multipart.put(blob, 1, pieces(first, stalls), contentOf(large), {
          signal: abort.signal,
        });
        await expect(putting).rejects.toBe(reason);
        const another = multipart.put(blob, 1, pieces(large), contentOf(large), { signal: abort.signal });
        await expect(another).rejects.toBe(reason);
        await expectAsBefore(before);
      });

      it('and leaves a Node stream to its owner', async () => {
        const before = await put(1, last);
        const source = Readable.from([first, second]);
        await expect(multipart.put(blob, 1, source, contentOf(last))).rejects.toThrow(BlobMismatch);
        expect(source.destroyed).toBe(false);
        await expectAsBefore(before);
      });

      it('when the blob is aborted meanwhile', async () => {
        const abortNow = () => multipart.abort(blob);
        await expect(multipart.put(blob, 1, pieces(large, abortNow), contentOf(large))).rejects.toThrow(
          BlobNotFound,
        );
        await expectOver();
        expect(await store.sweepTemporary(distantFuture)).toBe(0);
      });

      it('when the blob is completed meanwhile', async () => {
        const part = await put(1, first);
        const completeNow = () => multipart.complete(blob, [part]);
        await expect(multipart.put(blob, 1, pieces(large, completeNow), contentOf(large))).rejects.toThrow(
          BlobNotFound,
        );
        expect(first.equals(await content())).toBe(true);
        expect(await store.sweepTemporary(distantFuture)).toBe(0);
      });
    });

    it('accepts a source that reuses one buffer', async () => {
      const shared = new Uint8Array(300_000);
      const turns = Array.from({ length: 12 }, (_, turn) => new Uint8Array(300_000).fill(turn));
      async function* reusing() {
        for (const turn of turns) {
          shared.set(turn);
          yield shared;
        }
        shared.fill(255);
      }
      const whole = Buffer.concat(turns);
      await multipart.complete(blob, [await multipart.put(blob, 1, reusing(), contentOf(whole))]);
      expect(whole.equals(await content())).toBe(true);
    });

    it('is swept when it is old, unless it must be kept or is being written', async () => {
      const kept = await multipart.begin();
      await put(1, last);
      await put(1, last, kept);
      const hourAgo = new Date(Date.now() - 3_600_000);
      expect(await store.sweepTemporary(hourAgo)).toBe(0);
      const busy = await multipart.begin();
      let swept = -1;
      async function* source() {
        yield last;
        swept = await store.sweepTemporary(distantFuture, new Set([kept.key]));
      }
      await multipart.put(busy, 1, source(), contentOf(last));
      expect(swept).toBe(1);
      await expectOver();
      expect(await listed(kept)).toHaveLength(1);
      expect(await listed(busy)).toHaveLength(1);
      expect(await store.sweepTemporary(distantFuture)).toBe(2);
      await expect(listed(kept)).rejects.toThrow(BlobNotFound);
    });

    it('refuses invalid arguments', async () => {
      const any = contentOf(last);
      for (const number of [0, -1, 1.5, 10_001, Number.NaN]) {
        await expect(multipart.put(blob, number, Readable.from([last]), any)).rejects.toThrow(RangeError);
      }
      for (const sizeBytes of [-1, 0.5, partBytesAtMost + 1]) {
        const content = { ...any, sizeBytes };
        await expect(multipart.put(blob, 1, Readable.from([last]), content)).rejects.toThrow(RangeError);
      }
      const shouting = { ...any, sha256: any.sha256.toUpperCase() };
      await expect(multipart.put(blob, 1, Readable.from([last]), shouting)).rejects.toThrow(RangeError);
      const [one, two] = [await put(1, last), await put(2, last)];
      for (const parts of [[], [two, one], [one, one], [one, two]]) {
        await expect(multipart.complete(blob, parts)).rejects.toThrow(RangeError);
      }
      await expectNoBlob();
      const hostile = { ...blob, key: '../../etc' };
      await expect(put(1, last, hostile)).rejects.toThrow(BlobKeyInvalid);
      await expect(listed(hostile)).rejects.toThrow(BlobKeyInvalid);
      await expect(multipart.complete(hostile, [one])).rejects.toThrow(BlobKeyInvalid);
      await expect(multipart.abort(hostile)).rejects.toThrow(BlobKeyInvalid);
    });
  });
}

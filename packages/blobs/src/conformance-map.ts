import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BlobNotFound } from './errors.ts';
import type { BlobStore } from './store.ts';

/** The blob of a step: the n-th ever written, modulo their number. It may be deleted. */
const which = fc.nat({ max: 1000 });

const step = fc.oneof(
  fc.record({
    do: fc.constant('write' as const),
    chunks: fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 4 }),
  }),
  fc.record({ do: fc.constant('read' as const), which, from: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ do: fc.constant('delete' as const), which }),
);

/** Tests that any sequence of writes, reads and deletes behaves like a map from keys to bytes. */
export function defineMapProperty(storeOf: () => BlobStore): void {
  it('behaves as a map', async () => {
    const store = storeOf();
    const model = new Map<string, Buffer>();
    const everWritten: string[] = [];
    const property = fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      for (const one of steps) {
        if (one.do === 'write') {
          const { key, sizeBytes } = await store.write(Readable.from(one.chunks));
          const bytes = Buffer.concat(one.chunks);
          expect(everWritten).not.toContain(key);
          expect(sizeBytes).toBe(bytes.length);
          everWritten.push(key);
          model.set(key, bytes);
          continue;
        }
        const key = everWritten[one.which % everWritten.length];
        if (key === undefined) continue;
        if (one.do === 'delete') {
          await store.delete(key);
          model.delete(key);
          continue;
        }
        await expectToRead(store, key, model.get(key), one.from);
      }
      const listed = await Array.fromAsync(store.list(), ({ key, sizeBytes }) => ({ key, sizeBytes }));
      const expected = [...model.keys()]
        .toSorted()
        .map((key) => ({ key, sizeBytes: model.get(key)?.length }));
      expect(listed).toEqual(expected);
    });
    await fc.assert(property, { numRuns: 30 });
  });
}

/** @param from the start of the range, as a fraction of the blob. */
async function expectToRead(
  store: BlobStore,
  key: string,
  bytes: Buffer | undefined,
  from: number,
): Promise<void> {
  if (!bytes) {
    await expect(store.stat(key)).rejects.toThrow(BlobNotFound);
    await expect(store.read(key)).rejects.toThrow(BlobNotFound);
    return;
  }
  const range =
    bytes.length === 0 ? undefined : { start: Math.floor(from * (bytes.length - 1)), end: bytes.length - 1 };
  const { stream, sizeBytes } = await store.read(key, { range });
  expect(sizeBytes).toBe(bytes.length);
  expect(bytes.subarray(range?.start ?? 0).equals(await buffer(stream))).toBe(true);
}

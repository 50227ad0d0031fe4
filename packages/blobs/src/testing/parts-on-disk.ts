import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { BlobPart, MultipartBlob } from '../multipart.ts';
import type { BlobStore } from '../store.ts';

/** The announced size and hash of these bytes. */
export const contentOf = (bytes: Uint8Array) => ({
  sizeBytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

/** Multipart blobs of a disk store, with access to its files. */
export function partsOnDisk(root: string, store: BlobStore) {
  const put = (blob: MultipartBlob, number: number, bytes: Uint8Array, to = store): Promise<BlobPart> =>
    to.multipart.put(blob, number, Readable.from([bytes]), contentOf(bytes));
  const begun = async (contents: readonly Uint8Array[]) => {
    const blob = await store.multipart.begin();
    const parts = await Promise.all(contents.map((bytes, index) => put(blob, index + 1, bytes)));
    return { blob, parts };
  };
  return {
    put,
    begun,
    completed: async (contents: readonly Uint8Array[]) => {
      const { blob, parts } = await begun(contents);
      await store.multipart.complete(blob, parts);
      return blob.key;
    },
    listed: (blob: MultipartBlob) => Array.fromAsync(store.multipart.list(blob)),
    pathOf: (key: string) => join(root, 'objects', key.slice(0, 2), key.slice(2, 4), key),
    temporary: () => readdir(join(root, 'tmp')),
    uploads: () => readdir(join(root, 'uploads')),
  };
}

import { constants } from 'node:os';
import { Readable } from 'node:stream';
import { type BlobStore, BlobStoreUnavailable } from '@modelbox/blobs';
import { expect, it } from 'vitest';
import { readBack } from './read-back.ts';

it.each([
  ['EIO', constants.errno.EIO],
  // Linux uses these two for checksum errors of file systems.
  ['EBADMSG', 74],
  ['EUCLEAN', 117],
])('reports an unreadable part (%s) at the first try, without waiting', async (code, errno) => {
  let reads = 0;
  const failing = async function* () {
    yield Buffer.alloc(10);
    throw new BlobStoreUnavailable(Object.assign(new Error(code), { code, errno: -errno }));
  };
  const blobs = {
    read: async () => {
      reads += 1;
      return { sizeBytes: 20, stream: Readable.from(failing()) };
    },
  } as unknown as BlobStore;
  const content = { key: 'k', sizeBytes: 20, partSizeBytes: 20, parts: undefined };
  const { signal } = new AbortController();
  expect(await readBack({ blobs }, content, signal)).toMatchObject({ finding: 'unreadable' });
  expect(reads).toBe(1);
});

import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { BlobMismatch } from './errors.ts';
import { createPartStream } from './s3-part-stream.ts';

const never = new AbortController().signal;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

it.each([0, 1, 1000, 262_144, 262_145, 3_000_000])('passes %i bytes on unchanged', async (size) => {
  const bytes = randomBytes(size);
  const { body, feed } = createPartStream();
  const chunks = [bytes.subarray(0, size / 3), new Uint8Array(0), bytes.subarray(size / 3)];
  const given = buffer(body);
  await feed(Readable.from(chunks), { sizeBytes: size, sha256: sha256(bytes) }, never);
  expect(bytes.equals(await given)).toBe(true);
});

it.each([1, 1000, 262_144, 3_000_000])(
  'never passes on the last of %i bytes that differ from the announced ones, so no server stores them',
  async (size) => {
    const bytes = randomBytes(size);
    const { body, feed } = createPartStream();
    let given = 0;
    body.on('data', (chunk: Buffer) => {
      given += chunk.length;
    });
    const lie = { sizeBytes: size, sha256: sha256(Buffer.alloc(0)) };
    await expect(feed(Readable.from([bytes]), lie, never)).rejects.toThrow(BlobMismatch);
    expect(body.readableLength + given).toBeLessThan(size);
    expect(body.readableEnded).toBe(false);
  },
);

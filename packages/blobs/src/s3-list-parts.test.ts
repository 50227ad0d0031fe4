import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { openS3Store } from './index.ts';
import { listParts } from './s3-list-parts.ts';
import { openBucket } from './s3-open-bucket.ts';
import { describeWithS3 } from './testing/index.ts';

await describeWithS3('the parts of an upload', (bucket) => {
  it.each([1, 2, 5, 6])('are listed in pages of %i, each once', async (pageSize) => {
    const options = bucket.options();
    const { multipart } = await openS3Store(options);
    const blob = await multipart.begin();
    const numbers = [1, 2, 7, 900, 10_000];
    for (const number of numbers) {
      const bytes = Buffer.from(`part ${number}`);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      await multipart.put(blob, number, Readable.from([bytes]), { sizeBytes: bytes.length, sha256 });
    }
    const listed = await Array.fromAsync(listParts(openBucket(options), blob, pageSize));
    expect(listed.map((part) => part.number)).toEqual(numbers);
  });
});

import { describeBlobStore } from './conformance.ts';
import { openS3Store } from './index.ts';
import { describeWithS3 } from './testing/index.ts';

await describeWithS3('an S3 bucket', (bucket) => {
  describeBlobStore('it', async () => ({
    // A prefix of its own for each store: to all but the store itself the bucket is empty.
    store: await openS3Store(bucket.options()),
    dispose: async () => {},
  }));
});

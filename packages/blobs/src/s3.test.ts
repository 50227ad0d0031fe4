import { describeBlobStore } from './conformance.ts';
import { openS3Store } from './index.ts';
import { copiesInS3, describeWithS3 } from './testing/index.ts';

await describeWithS3('an S3 bucket', (bucket) => {
  describeBlobStore('it', async () => {
    // Each store has a prefix of its own, so that it is empty.
    const options = bucket.options();
    return {
      store: await openS3Store(options),
      copies: copiesInS3(bucket.client(), options),
      dispose: async () => {},
    };
  });
});

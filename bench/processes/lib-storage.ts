// Bare `@aws-sdk/lib-storage`: sends a file to an S3 server, with the part size and concurrency of our client.

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Upload } from '@aws-sdk/lib-storage';
import { type S3Location, s3Client } from '../support/s3.ts';
import { serveParent } from './parent.ts';

serveParent((location: S3Location & { readonly path: string }) => {
  const client = s3Client(location);
  const run = async () => {
    const start = performance.now();
    const Body = createReadStream(location.path, { highWaterMark: 2 ** 20 });
    const params = { Bucket: location.bucket, Key: 'uploaded', Body };
    await new Upload({ client, params, partSize: 16 * 2 ** 20, queueSize: 4 }).done();
    const seconds = (performance.now() - start) / 1000;
    return { count: (await stat(location.path)).size / 2 ** 20, seconds };
  };
  return Promise.resolve({ url: '', run });
});

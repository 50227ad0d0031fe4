// The bare AWS client: gets an object and discards it.

import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { type S3Location, s3Client } from '../support/s3.ts';
import { serveParent } from './parent.ts';

serveParent((location: S3Location & { readonly key: string }) => {
  const client = s3Client(location);
  const run = async () => {
    const start = performance.now();
    const { Body } = await client.send(new GetObjectCommand({ Bucket: location.bucket, Key: location.key }));
    const stream = Body as Readable;
    let bytes = 0;
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    await once(stream, 'end');
    return { count: bytes / 2 ** 20, seconds: (performance.now() - start) / 1000 };
  };
  return Promise.resolve({ url: '', run });
});

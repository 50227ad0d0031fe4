import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { BlobStoreUnavailable } from './errors.ts';
import { newKey } from './key.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { onS3 } from './s3-errors.ts';
import { probesIn } from './s3-sweep.ts';

/** Writes a probe beside the blobs, reads it back, removes it. A crash leaves it to the sweep. */
export async function checkS3(bucket: S3Bucket): Promise<void> {
  const probe = newKey();
  const place = { Bucket: bucket.name, Key: `${probesIn(bucket)}${probe}` };
  const { client, encryption } = bucket;
  await onS3(client.send(new PutObjectCommand({ ...place, ...encryption, Body: probe })));
  try {
    const { Body } = await onS3(client.send(new GetObjectCommand(place)));
    const text = await onS3(Body?.transformToString() ?? Promise.resolve(''));
    if (text !== probe) throw new BlobStoreUnavailable('the probe reads back other bytes');
  } finally {
    await onS3(client.send(new DeleteObjectCommand(place)));
  }
}

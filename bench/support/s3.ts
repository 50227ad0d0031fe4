import { randomBytes } from 'node:crypto';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { startS3 } from '@modelbox/blobs/testing/s3';
import { CannotRun } from '../benchmark.ts';

/** A bucket, as a plain value that can be sent to another process. */
export interface S3Location {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly bucket: string;
}

export interface BenchS3 extends S3Location {
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Uses the S3 server of the environment, as the tests do, or starts one. */
export async function startBenchS3(diskBytes: number): Promise<BenchS3> {
  const server = await startS3(diskBytes).catch((error: Error) => {
    throw new CannotRun(error.message);
  });
  const { endpoint, accessKeyId, secretAccessKey } = server;
  const bucket = `modelbox-bench-${randomBytes(6).toString('hex')}`;
  const location = { endpoint, accessKeyId, secretAccessKey, bucket };
  const client = s3Client(location);
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  let stopping: Promise<void> | undefined;
  return {
    ...location,
    env: {
      MODELBOX_BLOBS: `s3://${bucket}`,
      MODELBOX_S3_ENDPOINT: endpoint,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    },
    stop: () => {
      stopping ??= removeBucket(client, bucket).then(() => server.stop());
      return stopping;
    },
  };
}

/** An S3 client without optional checksums, like a tuned program. */
export const s3Client = ({ endpoint, accessKeyId, secretAccessKey }: S3Location): S3Client =>
  new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });

async function removeBucket(client: S3Client, Bucket: string): Promise<void> {
  for (;;) {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
    if (Contents.length === 0) break;
    const Objects = Contents.map(({ Key }) => ({ Key: Key ?? '' }));
    await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  }
  await client.send(new DeleteBucketCommand({ Bucket }));
  client.destroy();
}

import { randomBytes } from 'node:crypto';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, inject, it } from 'vitest';
import type { S3StoreOptions } from '../s3-options.ts';
import type { S3Server } from './s3-server.ts';

export type { Fault } from './fault-proxy/fault.ts';
export { type FaultProxy, startFaultProxy } from './fault-proxy/index.ts';
export { copiesInS3, copiesOnDisk, type StoredCopies } from './stored-copies.ts';

/** The address of an S3 server of the run. */
export interface TestS3 extends S3Server {
  /** Present for a gateway that tests can kill and start. */
  readonly id?: number;
}

/** The bucket of a test file, as options of `openS3Store`, and its gateway if the file may stop it. */
export interface TestBucket {
  readonly options: () => S3StoreOptions;
  /** A client of the same server, to inspect the bucket directly. */
  readonly client: () => S3Client;
  readonly kill: () => Promise<void>;
  readonly start: () => Promise<void>;
}

/**
 * Defines tests that need an S3 server. Without one, they are skipped and the last line of the run gives the reason.
 * With `CI` set, they fail.
 * @param options.ownGateway for tests that kill and start the gateway. The server of the environment has none.
 */
export async function describeWithS3(
  name: string,
  define: (bucket: TestBucket) => void,
  options: { readonly ownGateway?: boolean } = {},
): Promise<void> {
  const s3 = await ask<TestS3 | { unavailable: string }>(options.ownGateway ? 'gateway' : 'server');
  if (!('unavailable' in s3)) {
    describe(name, () => define(bucketOf(s3)));
  } else if (process.env.CI) {
    it(`${name}: needs an S3 server`, () => Promise.reject(new Error(s3.unavailable)));
  } else {
    const nothing = { endpoint: '', accessKeyId: '', secretAccessKey: '' };
    describe.skipIf(true)(`${name} [not run: ${s3.unavailable}]`, () => define(bucketOf(nothing)));
  }
}

function bucketOf(s3: TestS3): TestBucket {
  const Bucket = `modelbox-test-${randomBytes(6).toString('hex')}`;
  const { endpoint, id = '' } = s3;
  const credentials = { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey };
  let client: S3Client | undefined;
  const open = () =>
    (client ??= new S3Client({ endpoint, credentials, region: 'us-east-1', forcePathStyle: true }));
  beforeAll(async () => {
    await open().send(new CreateBucketCommand({ Bucket }));
  });
  afterAll(async () => {
    // The run removes its own server as a whole.
    if (s3.id === undefined) await removeBucket(open(), Bucket);
    open().destroy();
  });
  return {
    options: () => ({ endpoint, credentials, bucket: Bucket, prefix: randomBytes(4).toString('hex') }),
    client: open,
    kill: () => ask('kill', String(id)),
    start: () => ask('start', String(id)),
  };
}

async function removeBucket(client: S3Client, Bucket: string): Promise<void> {
  for (;;) {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
    if (Contents.length === 0) break;
    await Promise.all(Contents.map(({ Key }) => client.send(new DeleteObjectCommand({ Bucket, Key }))));
  }
  await client.send(new DeleteBucketCommand({ Bucket }));
}

async function ask<T>(task: string, body = ''): Promise<T> {
  const response = await fetch(`${inject('modelboxTestS3')}${task}`, { method: 'POST', body });
  const answer = (await response.json()) as T | { failed: string };
  if (typeof answer === 'object' && answer !== null && 'failed' in answer) throw new Error(answer.failed);
  return answer as T;
}

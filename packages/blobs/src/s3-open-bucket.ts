import { S3Client } from '@aws-sdk/client-s3';
import { assertKey } from './key.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { followServerClock } from './s3-clock.ts';
import { awsCredentials, renewCredentials } from './s3-credentials.ts';
import { noteOperations } from './s3-errors.ts';
import type { S3StoreOptions } from './s3-options.ts';
import { limitStalls } from './s3-stalls.ts';

/** The milliseconds to establish a connection. */
const connectionTimeout = 5_000;

/** Milliseconds without progress. Twice this time is below the 60 s after which our clients give up. */
const usualStallTimeout = 20_000;

/** Each download keeps a socket until its reader has finished. */
const maxSockets = 500;

/** The S3 client only logs failures that it also returns to its caller. */
const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** @param isMemoryAwaited whether writes wait for memory. */
export function openBucket(options: S3StoreOptions, isMemoryAwaited = () => false): S3Bucket {
  const { bucket, endpoint, credentials = awsCredentials(), stallTimeout = usualStallTimeout } = options;
  const { now = () => new Date() } = options;
  // Servers other than AWS ignore the region, but signatures need one: that of the environment, or any. The client
  // asks at each request, so the value is looked up once.
  let found: Promise<string> | undefined;
  const otherwise = () => (found ??= new S3Client({}).config.region().catch(() => 'us-east-1'));
  const region = options.region ?? (endpoint === undefined ? undefined : otherwise);
  const agent = { keepAlive: true, maxSockets };
  const client = new S3Client({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    credentials,
    forcePathStyle: options.forcePathStyle ?? endpoint !== undefined,
    // Every write has our SHA-256, so a second checksum would only cost time.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    logger: silent,
    // The timeout of the socket cannot distinguish a slow server from a slow reader or sender of ours.
    requestHandler: { connectionTimeout, socketTimeout: 0, httpAgent: agent, httpsAgent: agent },
  });
  signWithKnownHash(client);
  noteOperations(client);
  renewCredentials(client);
  const serverTime = followServerClock(client, now);
  limitStalls(client, { stallTimeout, isMemoryAwaited });
  const trimmed = (options.prefix ?? '').replace(/^\/+|\/+$/g, '');
  const prefix = trimmed === '' ? '' : `${trimmed}/`;
  const { serverSideEncryption, kmsKeyId } = options;
  return {
    client,
    name: bucket,
    now,
    serverTime,
    prefix,
    stallTimeout,
    encryption: {
      ...(serverSideEncryption && { ServerSideEncryption: serverSideEncryption }),
      ...(kmsKeyId !== undefined && { SSEKMSKeyId: kmsKeyId }),
    },
    at: (key) => {
      assertKey(key);
      return { Bucket: bucket, Key: `${prefix}${key.slice(0, 2)}/${key.slice(2)}` };
    },
    keyOf: (objectKey) => {
      const [, outer, rest] = /^([0-9a-f]{2})\/([0-9a-f]{30})$/.exec(objectKey.slice(prefix.length)) ?? [];
      return outer !== undefined && objectKey.startsWith(prefix) ? `${outer}${rest}` : undefined;
    },
  };
}

/** Gives the signer the SHA-256 of the write, so that it is not computed again. */
function signWithKnownHash(client: S3Client): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const { Body, ChecksumSHA256 } = args.input as { Body?: unknown; ChecksumSHA256?: string };
      if (Body !== undefined && ChecksumSHA256 !== undefined) {
        const { headers } = args.request as { headers: Record<string, string> };
        headers['x-amz-content-sha256'] = Buffer.from(ChecksumSHA256, 'base64').toString('hex');
      }
      return next(args);
    },
    { step: 'build', name: 'signWithKnownHash' },
  );
}

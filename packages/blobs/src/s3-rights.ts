import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { BlobStoreUnavailable, S3Failure } from './errors.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { ifInBucket, inOurTerms, onS3, statusOf } from './s3-errors.ts';
import { probesIn } from './s3-sweep.ts';

/** Servers that start concurrently write and delete the same probe. */
const looksAtMost = 3;

const content = 'probe';

/**
 * Performs each operation of a store once. The probe has a fixed key, so failed starts leave at most one.
 * @param tell receives the missing rights that only the removal of interrupted uploads needs.
 * @throws BlobStoreUnavailable, which names all other missing rights.
 */
export async function assertUsable(
  bucket: S3Bucket,
  tell: (message: string) => void = () => {},
): Promise<void> {
  const { client, name: Bucket, encryption, prefix: Prefix } = bucket;
  const probe = { Bucket, Key: `${probesIn(bucket)}start` };
  // This upload does not exist. Listing and aborting it still show whether the rights exist.
  const upload = { ...probe, UploadId: 'none' };
  const missing: string[] = [];
  let reason: S3Failure | undefined;
  const needing = async (right: string, request: Promise<unknown>): Promise<void> => {
    try {
      await request;
    } catch (error) {
      const { cause } = inOurTerms(error);
      if (!(cause instanceof S3Failure) || !isDenied(cause)) throw inOurTerms(error);
      missing.push(right);
      reason ??= cause;
    }
  };

  const write = () => client.send(new PutObjectCommand({ ...probe, ...encryption, Body: content }));
  await needing('s3:PutObject', write());
  if (missing.length === 0) await needing('s3:GetObject', readProbe(bucket, probe, write));
  await needing('s3:DeleteObject', client.send(new DeleteObjectCommand(probe)));
  await needing('s3:ListBucket', client.send(new ListObjectsV2Command({ Bucket, Prefix, MaxKeys: 1 })));
  const listing = client.send(new ListPartsCommand(upload));
  await needing('s3:ListMultipartUploadParts', listing.catch(passIfNoUpload));
  if (reason) throw new BlobStoreUnavailable(lacking(missing, reason));
  const aborting = client.send(new AbortMultipartUploadCommand(upload));
  await needing('s3:AbortMultipartUpload', aborting.catch(passIfNoUpload));
  const uploads = new ListMultipartUploadsCommand({ Bucket, Prefix, MaxUploads: 1 });
  await needing('s3:ListBucketMultipartUploads', client.send(uploads));
  if (missing.length === 0) return;
  const rights = missing.join(' and ');
  tell(
    `the credentials for the bucket ${Bucket} lack ${rights}, so the remains of interrupted uploads stay ` +
      `there`,
  );
}

/** Excludes wrong access keys and wrong clocks, which are not missing rights. */
const isDenied = ({ status, code }: S3Failure): boolean =>
  status === 403 && (code === undefined || code === 'AccessDenied' || code === 'Forbidden');

function passIfNoUpload(error: unknown): void {
  const status = statusOf(error);
  const isOfUpload = (status === 404 || status === 400) && (error as Error).name !== 'NoSuchBucket';
  if (!isOfUpload) throw error;
}

function lacking(missing: readonly string[], { operation, status, code }: S3Failure): S3Failure {
  return new S3Failure({ operation, status, code, text: `the credentials lack ${missing.join(', ')}` });
}

async function readProbe(
  bucket: S3Bucket,
  probe: { Bucket: string; Key: string },
  write: () => Promise<unknown>,
) {
  for (let looks = 0; looks < looksAtMost; looks += 1) {
    const object = await ifInBucket(bucket, () => bucket.client.send(new GetObjectCommand(probe)));
    if (object) {
      const text = await onS3(object.Body?.transformToString() ?? Promise.resolve(''));
      if (text === content) return;
      throw new BlobStoreUnavailable('the probe reads back other bytes');
    }
    await onS3(write());
  }
  throw new BlobStoreUnavailable('the probe was written, but cannot be found');
}

import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
} from '@aws-sdk/client-s3';
import type { MultipartBlob } from './multipart.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { ifInBucket, onS3, statusOf } from './s3-errors.ts';
import { objectsIn } from './s3-list.ts';
import { partsLeft } from './s3-list-parts.ts';
import type { UnderWay } from './under-way.ts';

/** The folder of the probes of `check`. No key of a blob begins like this. */
export const probesIn = (bucket: S3Bucket): string => `${bucket.prefix}probe/`;

/**
 * Aborts multipart uploads without a recent part, and deletes probes that a crash left. If the credentials do not
 * allow one, the other is done nevertheless.
 */
export async function sweepS3(
  bucket: S3Bucket,
  underWay: UnderWay,
  olderThan: Date,
  keep: ReadonlySet<string>,
): Promise<number> {
  const denied: unknown[] = [];
  const unlessDenied = async (sweep: Promise<number>): Promise<number> => {
    try {
      return await sweep;
    } catch (error) {
      if (statusOf(error) !== 403) throw error;
      denied.push(error);
      return 0;
    }
  };
  let swept = await unlessDenied(sweepProbes(bucket, olderThan));
  swept += await unlessDenied(sweepUploads(bucket, underWay, olderThan, keep));
  if (denied.length > 0) throw denied[0];
  return swept;
}

async function sweepUploads(
  bucket: S3Bucket,
  underWay: UnderWay,
  olderThan: Date,
  keep: ReadonlySet<string>,
): Promise<number> {
  const { client, name: Bucket } = bucket;
  let swept = 0;
  for await (const { Key = '', UploadId, Initiated } of uploadsIn(bucket)) {
    const key = bucket.keyOf(Key);
    if (key === undefined || UploadId === undefined || keep.has(key)) continue;
    if (underWay.has(UploadId) || (Initiated && Initiated >= olderThan)) continue;
    const upload = { Bucket, Key, UploadId };
    // Another server may have started the upload long ago and still send parts.
    if (await hasPartSince(bucket, { key, token: UploadId }, olderThan)) continue;
    const aborting = new AbortMultipartUploadCommand(upload);
    if (await ifInBucket(bucket, () => client.send(aborting))) swept += 1;
  }
  return swept;
}

async function sweepProbes(bucket: S3Bucket, olderThan: Date): Promise<number> {
  const { client, name: Bucket } = bucket;
  let swept = 0;
  for await (const { Key, LastModified } of objectsIn(bucket, probesIn(bucket))) {
    if (Key === undefined || (LastModified && LastModified >= olderThan)) continue;
    await onS3(client.send(new DeleteObjectCommand({ Bucket, Key })));
    swept += 1;
  }
  return swept;
}

async function* uploadsIn(bucket: S3Bucket) {
  let after: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {};
  while (after) {
    const command: ListMultipartUploadsCommand = new ListMultipartUploadsCommand({
      Bucket: bucket.name,
      ...(bucket.prefix !== '' && { Prefix: bucket.prefix }),
      ...after,
    });
    const page: ListMultipartUploadsCommandOutput = await onS3(bucket.client.send(command));
    yield* page.Uploads ?? [];
    const { IsTruncated, NextKeyMarker, NextUploadIdMarker } = page;
    after =
      IsTruncated && NextKeyMarker !== undefined
        ? {
            KeyMarker: NextKeyMarker,
            ...(NextUploadIdMarker !== undefined && { UploadIdMarker: NextUploadIdMarker }),
          }
        : undefined;
  }
}

async function hasPartSince(bucket: S3Bucket, upload: MultipartBlob, since: Date): Promise<boolean> {
  const parts = (await partsLeft(bucket, upload)) ?? [];
  return parts.some(({ writtenAt }) => writtenAt >= since);
}

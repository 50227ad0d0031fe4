import { GetObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { MultipartBlob, PartContent, SignedRequest, SignOptions } from './multipart.ts';
import { assertPartContent, assertPartNumber } from './part-rules.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { onS3 } from './s3-errors.ts';
import { base64Of } from './s3-put.ts';
import type { SignReadOptions } from './store.ts';

/** The limit of version 4 signatures: a week. */
const secondsAtMost = 604_800;

const checksumHeader = 'x-amz-checksum-sha256';

/**
 * Signs the length and the checksum as headers: if a server accepted other values, anyone with the URL could write
 * any content. Servers may ignore a checksum in the URL, where the signer would put it.
 */
export async function signPart(
  bucket: S3Bucket,
  { key, token }: MultipartBlob,
  content: PartContent & { readonly number: number },
  { expiresIn }: SignOptions,
): Promise<SignedRequest> {
  const { number, sizeBytes, sha256 } = content;
  assertPartNumber(number);
  assertPartContent(content);
  assertExpiry(expiresIn);
  const checksum = base64Of(sha256);
  const command = new UploadPartCommand({
    ...bucket.at(key),
    UploadId: token,
    PartNumber: number,
    ContentLength: sizeBytes,
    ChecksumSHA256: checksum,
  });
  const options = {
    expiresIn,
    signingDate: bucket.serverTime(),
    unhoistableHeaders: new Set([checksumHeader]),
  };
  const url = await onS3(getSignedUrl(bucket.client, command, options));
  return { url, headers: { 'content-length': String(sizeBytes), [checksumHeader]: checksum } };
}

export async function signRead(bucket: S3Bucket, key: string, options: SignReadOptions): Promise<string> {
  const { expiresIn, contentType, contentDisposition } = options;
  assertExpiry(expiresIn);
  const command = new GetObjectCommand({
    ...bucket.at(key),
    ...(contentType !== undefined && { ResponseContentType: contentType }),
    ...(contentDisposition !== undefined && { ResponseContentDisposition: contentDisposition }),
  });
  return onS3(getSignedUrl(bucket.client, command, { expiresIn, signingDate: bucket.serverTime() }));
}

function assertExpiry(seconds: number): void {
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > secondsAtMost) {
    throw new RangeError(`a URL can be signed for 1 to ${secondsAtMost} seconds, not ${seconds}`);
  }
}

import { ListPartsCommand, type ListPartsCommandOutput } from '@aws-sdk/client-s3';
import { BlobNotFound } from './errors.ts';
import type { BlobPart, MultipartBlob } from './multipart.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { ofBlob } from './s3-errors.ts';

/**
 * Lists the parts of an upload, page by page.
 * @param pageSize Default: 1000, the default of S3.
 * @throws BlobNotFound if the upload is completed or aborted.
 */
export async function* listParts(
  bucket: S3Bucket,
  { key, token }: MultipartBlob,
  pageSize?: number,
): AsyncGenerator<BlobPart> {
  let after: string | undefined;
  do {
    const command: ListPartsCommand = new ListPartsCommand({
      ...bucket.at(key),
      UploadId: token,
      ...(pageSize !== undefined && { MaxParts: pageSize }),
      ...(after !== undefined && { PartNumberMarker: after }),
    });
    const page: ListPartsCommandOutput = await ofBlob(bucket, key, () => bucket.client.send(command));
    for (const { PartNumber = 0, Size = 0, ChecksumSHA256, LastModified, ETag = '' } of page.Parts ?? []) {
      const sha256 =
        ChecksumSHA256 === undefined ? null : Buffer.from(ChecksumSHA256, 'base64').toString('hex');
      const writtenAt = LastModified ?? new Date(0);
      yield { number: PartNumber, sizeBytes: Size, sha256, writtenAt, tag: ETag };
    }
    after = page.IsTruncated ? page.NextPartNumberMarker : undefined;
  } while (after !== undefined);
}

/** Lists all parts. `undefined` if the upload is completed or aborted. */
export async function partsLeft(bucket: S3Bucket, blob: MultipartBlob): Promise<BlobPart[] | undefined> {
  try {
    return await Array.fromAsync(listParts(bucket, blob));
  } catch (error) {
    if (error instanceof BlobNotFound) return undefined;
    throw error;
  }
}

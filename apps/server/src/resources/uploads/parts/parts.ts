import type { BlobPart } from '@modelbox/blobs';
import { partCount, partSize } from '@modelbox/domain';
import type { UploadPart } from '@modelbox/schema';
import type { UploadRow } from '../rows.ts';

export const toPart = ({ number, sizeBytes, sha256, writtenAt }: BlobPart): UploadPart => ({
  part: number,
  sizeBytes,
  sha256,
  receivedAt: writtenAt.toISOString(),
});

/** Returns the size that a part must have, or a message if the upload has no such part. */
export function sizeOfPart(upload: UploadRow, part: number): { sizeBytes: number } | { message: string } {
  const count = partCount(upload);
  return part <= count
    ? { sizeBytes: partSize(upload, part) }
    : { message: `is not a part of the upload; its number of parts is ${count}` };
}

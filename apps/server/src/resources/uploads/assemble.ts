import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  BlobNotFound,
  type BlobPart,
  BlobPartsChanged,
  BlobStoreReadOnly,
  BlobStoreUnavailable,
} from '@modelbox/blobs';
import { partCount, partsFault } from '@modelbox/domain';
import type { Context } from '../../protocol/context.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import { isTogether } from './closed.ts';
import type { UploadRow } from './rows.ts';

const ATTEMPTS = 3;

/** All parts have arrived, but the store could not combine them now. A retry can help. */
export class NotTogetherYet extends Error {
  override readonly name = 'NotTogetherYet';
}

export type Plan = Pick<UploadRow, 'id' | 'key' | 'token' | 'sizeBytes' | 'partSizeBytes'>;

/**
 * Lets the store combine the parts of an upload into its blob, unless another or an earlier request has done so.
 * @throws {HttpProblem} 409 if parts are missing, or are being replaced
 * @throws NotTogetherYet, or BlobNotFound if the store has neither the parts nor the blob
 */
export async function assemble(ctx: Context, upload: Plan): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const parts = await partsOf(ctx, upload);
      const fault = partsFault(upload, parts);
      if (fault !== null) throw new HttpProblem('parts_missing', `The upload cannot be completed: ${fault}.`);
      await noteHashes(ctx, upload, parts);
      return await putTogether(ctx, upload, parts);
    } catch (error) {
      if (error instanceof BlobNotFound && (await isTogether(ctx, upload))) return;
      if (!(error instanceof BlobPartsChanged)) throw error;
      if (attempt >= ATTEMPTS)
        throw new HttpProblem(
          'conflict',
          'Parts of the upload are being replaced. Complete the upload after all parts have arrived.',
        );
    }
  }
}

async function putTogether({ blobs }: Context, upload: Plan, parts: readonly BlobPart[]): Promise<void> {
  try {
    await blobs.multipart.complete(upload, parts);
  } catch (error) {
    // A read-only store needs an operator, so the client gets the error at once.
    if (!(error instanceof BlobStoreUnavailable) || error instanceof BlobStoreReadOnly) throw error;
    throw new NotTogetherYet('the store has not combined the parts', { cause: error });
  }
}

/**
 * Stores the hashes of the parts as they arrived, for the comparison when the content is read back. If two completions
 * name different parts, the hashes stay unknown: only the store knows which parts it used.
 */
async function noteHashes({ db }: Context, { id }: Plan, parts: readonly BlobPart[]): Promise<void> {
  if (parts.some(({ sha256 }) => sha256 === null)) return;
  const hashes = Buffer.from(parts.map(({ sha256 }) => sha256).join(''), 'hex');
  const text = `UPDATE uploads SET part_hashes = CASE WHEN part_hashes IS NULL THEN $2::bytea ELSE '' END
    WHERE id = $1 AND part_hashes IS DISTINCT FROM $2`;
  await db.requests.query(text, [id, hashes]);
}

/** Returns the parts of the file, sorted by number. For an empty file, the server itself stores one empty part. */
async function partsOf({ blobs }: Context, upload: Plan): Promise<BlobPart[]> {
  if (partCount(upload) === 0) {
    const sha256 = createHash('sha256').digest('hex');
    return [await blobs.multipart.put(upload, 1, Readable.from([]), { sizeBytes: 0, sha256 })];
  }
  const parts: BlobPart[] = [];
  for await (const part of blobs.multipart.list(upload))
    if (part.number <= partCount(upload)) parts.push(part);
  return parts;
}

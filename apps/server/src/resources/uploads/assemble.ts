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

/** All parts are there, and the store could not put them together now. Trying again later can help. */
export class NotTogetherYet extends Error {
  override readonly name = 'NotTogetherYet';
}

/** What names an upload in the store, and says which parts it has. */
export type Plan = Pick<UploadRow, 'id' | 'key' | 'token' | 'sizeBytes' | 'partSizeBytes'>;

/**
 * Has the store make the blob of an upload out of its parts, if that is not done already: by another request at the same
 * time, or by one after which the server died.
 * @throws {HttpProblem} 409 if parts are missing, or are being replaced.
 * @throws NotTogetherYet; BlobNotFound if the store knows neither the parts nor the blob.
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
    // A store that is read-only stays so until somebody mends it: whoever completes is told.
    if (!(error instanceof BlobStoreUnavailable) || error instanceof BlobStoreReadOnly) throw error;
    throw new NotTogetherYet('the store has not combined the parts', { cause: error });
  }
}

/**
 * Keeps the hashes that the parts arrived with, to compare what is read back. Two completions that name different parts
 * leave them unknown, because only the store knows whose it took.
 */
async function noteHashes({ db }: Context, { id }: Plan, parts: readonly BlobPart[]): Promise<void> {
  if (parts.some(({ sha256 }) => sha256 === null)) return;
  const hashes = Buffer.from(parts.map(({ sha256 }) => sha256).join(''), 'hex');
  const text = `UPDATE uploads SET part_hashes = CASE WHEN part_hashes IS NULL THEN $2::bytea ELSE '' END
    WHERE id = $1 AND part_hashes IS DISTINCT FROM $2`;
  await db.requests.query(text, [id, hashes]);
}

/** The parts that make the file, by number. An empty file is made of one part, which nobody sends. */
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

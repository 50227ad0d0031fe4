import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { BlobNotFound, type BlobPart, BlobPartsChanged } from '@modelbox/blobs';
import { partCount, partsFault } from '@modelbox/domain';
import type { RequestContext } from '../context.ts';
import { HttpProblem } from '../http/problem.ts';
import { closedMeanwhile } from './closed.ts';
import { uploadRow } from './read.ts';
import type { UploadRow } from './rows.ts';

const ATTEMPTS = 3;

/**
 * Has the store make the blob of an open upload out of its parts, if that is not done already: by another request at
 * the same time, or by one after which the server died. 409 where parts are missing.
 */
export async function assemble(ctx: RequestContext, upload: UploadRow): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const parts = await partsOf(ctx, upload);
      const fault = partsFault(upload, parts);
      if (fault !== null) throw new HttpProblem('parts_missing', `The upload cannot be completed: ${fault}.`);
      return await ctx.blobs.multipart.complete(upload, parts);
    } catch (error) {
      if (error instanceof BlobNotFound) return settled(ctx, upload);
      if (!(error instanceof BlobPartsChanged)) throw error;
      if (attempt >= ATTEMPTS)
        throw new HttpProblem(
          'conflict',
          'Parts are being replaced; complete the upload when none is on its way.',
        );
    }
  }
}

/** The parts that make the file, by number. An empty file is made of one part, which nobody sends. */
async function partsOf({ blobs }: RequestContext, upload: UploadRow): Promise<BlobPart[]> {
  if (partCount(upload) === 0) {
    const sha256 = createHash('sha256').digest('hex');
    return [await blobs.multipart.put(upload, 1, Readable.from([]), { sizeBytes: 0, sha256 })];
  }
  const parts: BlobPart[] = [];
  for await (const part of blobs.multipart.list(upload))
    if (part.number <= partCount(upload)) parts.push(part);
  return parts;
}

/** The store knows the parts no more: fine where the blob is there, or somebody else went on from there. */
async function settled(ctx: RequestContext, upload: UploadRow): Promise<void> {
  const size = await ctx.blobs.stat(upload.key).then(
    (stat) => stat.sizeBytes,
    (error: unknown) => {
      if (error instanceof BlobNotFound) return undefined;
      throw error;
    },
  );
  if (size === upload.sizeBytes || (await uploadRow(ctx, upload)).state !== 'open') return;
  throw await closedMeanwhile(ctx, upload);
}

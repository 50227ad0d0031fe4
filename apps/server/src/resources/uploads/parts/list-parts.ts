import { BlobNotFound, type BlobPart } from '@modelbox/blobs';
import { LIMIT_DEFAULT } from '@modelbox/schema';
import { cursorAfter, encodeCursor } from '../../../core/lists/cursor.ts';
import type { RequestContext } from '../../../protocol/context.ts';
import type { Verb } from '../../../protocol/verb.ts';
import { closedMeanwhile, demandOpen, notePresent } from '../closed.ts';
import { whileInUse } from '../in-use.ts';
import { uploadRow } from '../read.ts';
import type { UploadRow } from '../rows.ts';
import { toPart } from './parts.ts';

/** Lists the parts that the store has. A client that resumes need not send them again. */
export const listParts: Verb<'uploads.parts.list'> = async (ctx, { query, touched }) => {
  const upload = await uploadRow(ctx, touched.upload);
  demandOpen(upload);
  const limit = query.limit ?? LIMIT_DEFAULT;
  const after = cursorAfter(query.cursor, 'number') ?? 0;
  const parts = await whileInUse(ctx, upload, () => partsAfter(ctx, upload, after, limit + 1));
  const shown = parts.slice(0, limit);
  const last = shown.at(-1);
  // Parts are small, so a page needs no limit in bytes.
  const nextCursor = parts.length > limit && last ? encodeCursor(last.number) : null;
  return { status: 200, body: { items: shown.map(toPart), nextCursor } };
};

async function partsAfter(
  ctx: RequestContext,
  upload: UploadRow,
  after: number,
  most: number,
): Promise<BlobPart[]> {
  const parts: BlobPart[] = [];
  try {
    for await (const part of ctx.blobs.multipart.list(upload)) {
      if (part.number > after) parts.push(part);
      if (parts.length === most) break;
    }
    await notePresent(ctx, upload);
    return parts;
  } catch (error) {
    throw error instanceof BlobNotFound ? await closedMeanwhile(ctx, upload) : error;
  }
}

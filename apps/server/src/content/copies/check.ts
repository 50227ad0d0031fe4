import type { Context } from '../../protocol/context.ts';
import { recordCopyState } from './copy-state.ts';
import { type Copy, confirmed, readCopy, statCopy } from './look.ts';

const AT_ONCE = 16;
/**
 * Most bytes of doubtful copies that one request reads: about half a second. Further doubtful content counts as
 * missing: the client uploads it, and the upload replaces the copy.
 */
const READ_AT_MOST = 256 * 2 ** 20;

interface KnownCopy extends Copy {
  readonly isDoubtful: boolean;
  readonly isMarked: boolean;
}

/**
 * Checks existence and size of stored copies of content that was just uploaded, and marks bad copies. `keep_blob` then
 * replaces marked and doubtful copies by the new bytes.
 * @returns whether a copy will be replaced.
 */
export async function checkForUpload(ctx: Context, sha256: string): Promise<boolean> {
  const copies = await knownCopies(ctx, [sha256]);
  const isGood = await checkPresence(ctx, copies);
  return copies.some((copy) => copy.isDoubtful || !isGood(copy));
}

/**
 * Checks copies of content that a request names by hash: existence and size, and the bytes of doubtful copies.
 * `pin_blobs` then skips copies that are marked or still doubtful.
 */
export async function checkForReference(ctx: Context, hashes: readonly string[]): Promise<void> {
  const copies = await knownCopies(ctx, [...new Set(hashes)]);
  const isGood = await checkPresence(ctx, copies);
  let left = READ_AT_MOST;
  for (const copy of copies) {
    if (!copy.isDoubtful || copy.isMarked || !isGood(copy) || copy.sizeBytes > left) continue;
    left -= copy.sizeBytes;
    await recordCopyState(ctx, copy, await confirmed(() => readCopy(ctx, copy)));
  }
}

async function knownCopies({ db }: Context, hashes: readonly string[]): Promise<KnownCopy[]> {
  const { rows } = await db.requests.query<KnownCopy>(
    `SELECT key, sha256, size_bytes::float8 AS "sizeBytes", is_doubtful(b) AS "isDoubtful",
       corrupt_at IS NOT NULL AS "isMarked" FROM blobs b WHERE sha256 = ANY ($1)`,
    [hashes],
  );
  return rows;
}

async function checkPresence(
  ctx: Context,
  copies: readonly KnownCopy[],
): Promise<(copy: KnownCopy) => boolean> {
  const bad = new Set<KnownCopy>();
  const wanted = copies.filter((copy) => !copy.isMarked);
  const look = async (copy: KnownCopy) => {
    const fault = await confirmed(() => statCopy(ctx, copy));
    if (fault === undefined) return;
    bad.add(copy);
    await recordCopyState(ctx, copy, fault);
  };
  for (let at = 0; at < wanted.length; at += AT_ONCE)
    await Promise.all(wanted.slice(at, at + AT_ONCE).map(look));
  return (copy) => !bad.has(copy);
}

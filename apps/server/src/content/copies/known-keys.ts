import type { BlobStat } from '@modelbox/blobs';
import type { Context } from '../../protocol/context.ts';

export async function knownKeys(
  { db }: Pick<Context, 'db'>,
  objects: readonly BlobStat[],
): Promise<Set<string>> {
  const { rows } = await db.background.query<{ key: string }>(
    `SELECT key FROM blobs WHERE key = ANY ($1)
     UNION ALL SELECT key FROM pending_deletions WHERE key = ANY ($1) AND removed_at IS NULL
     UNION ALL SELECT key FROM uploads WHERE key = ANY ($1) AND cleaned_at IS NULL`,
    [objects.map((object) => object.key)],
  );
  return new Set(rows.map((row) => row.key));
}

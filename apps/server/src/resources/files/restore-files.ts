import type { Tx } from '@modelbox/db';
import { recordChange } from '../../core/writes/change.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import { chargeQuotas } from '../namespaces/quota.ts';

/**
 * Restores the files that retention removed from a locked version or checkpoint. Throws 404 after their grace time,
 * unless the same request restored the object: its answer shows `filesRemovedAt`.
 * @param isRestored whether this request has restored the object itself.
 */
export async function restoreFiles(
  tx: Tx,
  ctx: RequestContext,
  object: Located,
  isRestored: boolean,
): Promise<void> {
  const { kind, id, namespace } = object;
  if (kind !== 'version' && kind !== 'checkpoint') return;
  const [row] = await tx.$queryRawUnsafe<{ removedAt: Date | null }[]>(
    `SELECT files_removed_at AS "removedAt" FROM ${kind}s WHERE id = $1::uuid`,
    id,
  );
  if (!row?.removedAt) return;
  const [back] = await tx.$queryRaw<[{ count: bigint; bytes: bigint }]>`
    WITH back AS (DELETE FROM removed_files WHERE object_id = ${id}::uuid AND purge_at > ${ctx.now()} RETURNING *),
    filed AS (
      INSERT INTO files (id, object_kind, object_id, namespace_id, path, role, uri, size_bytes, sha256, state,
        media_type, blob_id,
                         created_by, created_at)
      SELECT id, object_kind, object_id, namespace_id, path, role, uri, size_bytes, sha256, state, media_type, blob_id,
             created_by, created_at FROM back)
    SELECT count(*) AS count, coalesce(sum(size_bytes), 0)::bigint AS bytes FROM back`;
  if (Number(back.count) === 0) {
    if (isRestored) return;
    const since = row.removedAt.toISOString();
    throw new HttpProblem(
      'not_found',
      `Retention removed the files of the ${kind} at ${since}. They can no longer be restored. Use another ${kind}.`,
    );
  }
  await tx.$executeRawUnsafe(
    `UPDATE ${kind}s SET files_removed_at = NULL, updated_at = $2::timestamptz WHERE id = $1::uuid`,
    id,
    ctx.now(),
  );
  const detail = { files: Number(back.count), bytes: Number(back.bytes) };
  await recordChange(tx, ctx, { kind, id, namespace, action: 'files_restored', detail });
  await chargeQuotas(tx, ctx, namespace, { bytes: Number(back.bytes), objectId: id });
}

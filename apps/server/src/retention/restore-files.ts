import type { RequestContext } from '../context.ts';
import { chargeQuotas } from '../namespaces/quota.ts';
import type { Located } from '../objects/located.ts';
import { recordChange } from '../writes/change.ts';
import type { Tx } from '../writes/write.ts';

/** Brings back the files that retention took from a version or checkpoint, as far as their grace time is not over. */
export async function restoreFiles(tx: Tx, ctx: RequestContext, object: Located): Promise<void> {
  const { kind, id, namespace } = object;
  if (kind !== 'version' && kind !== 'checkpoint') return;
  const [back] = await tx.$queryRaw<[{ count: bigint; bytes: bigint }]>`
    WITH back AS (DELETE FROM removed_files WHERE object_id = ${id}::uuid AND purge_at > ${ctx.now()} RETURNING *),
    filed AS (
      INSERT INTO files (id, object_kind, object_id, namespace_id, path, role, uri, size_bytes, sha256, state, media_type, blob_id,
                         created_by, created_at)
      SELECT id, object_kind, object_id, namespace_id, path, role, uri, size_bytes, sha256, state, media_type, blob_id,
             created_by, created_at FROM back)
    SELECT count(*) AS count, coalesce(sum(size_bytes), 0)::bigint AS bytes FROM back`;
  if (Number(back.count) === 0) return;
  await tx.$executeRawUnsafe(
    `UPDATE ${kind}s SET files_removed_at = NULL, updated_at = $2::timestamptz WHERE id = $1::uuid`,
    id,
    ctx.now(),
  );
  const detail = { files: Number(back.count), bytes: Number(back.bytes) };
  await recordChange(tx, ctx, { kind, id, namespace, action: 'files_restored', detail });
  await chargeQuotas(tx, ctx, namespace, { bytes: Number(back.bytes), objectId: id });
}

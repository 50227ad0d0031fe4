import { Prisma, runSql, type Sql, sqlOf, type Tx } from '@modelbox/db';
import { type Protection, retentionWords } from '@modelbox/domain';
import { setColumns } from '../../core/objects/update.ts';
import { recordChange } from '../../core/writes/change.ts';
import type { Context, RequestContext } from '../../protocol/context.ts';
import type { ObjectStore, StoredRow } from '../../protocol/kinds.ts';
import { checkpoints } from '../../resources/checkpoints/store.ts';
import { versions } from '../../resources/versions/store.ts';
import { storeDecisions } from '../engine/decisions.ts';
import { ownContext } from '../engine/session.ts';
import { graceOf } from './grace.ts';
import type { Planned } from './plan.ts';
import { protectionsSql, type Scope } from './scope.ts';
import { suspensionOf } from './suspension.ts';

const STORES: Readonly<Record<Scope['kind'], ObjectStore<StoredRow>>> = {
  version: versions as unknown as ObjectStore<StoredRow>,
  checkpoint: checkpoints as unknown as ObjectStore<StoredRow>,
};

const TABLES = {
  version: {
    from: 'versions v JOIN models m ON m.id = v.model_id JOIN namespaces n ON n.id = m.namespace_id',
    t: 'v',
    model: 'm.id',
  },
  checkpoint: {
    from: 'checkpoints c JOIN experiments e ON e.id = c.experiment_id JOIN namespaces n ON n.id = e.namespace_id',
    t: 'c',
    model: 'NULL::uuid',
  },
};

interface Locked {
  id: string;
  namespace: string;
  modelId: string | null;
  protections: Protection[];
}

export interface Removed {
  readonly removed: number;
  readonly skipped: number;
  readonly bytes: number;
}

/**
 * Removes planned objects in one transaction. Locks each one and checks its protections again. Skips objects that
 * another transaction has locked; a later run removes them.
 */
export function removeObjects(ctx: Context, scope: Scope, objects: readonly Planned[]): Promise<Removed> {
  const own = ownContext(ctx);
  return ctx.db.prisma.$transaction(
    async (tx) => {
      const sql = sqlOf(tx);
      // The plan can take long, and the author may have lost the rights meanwhile.
      if ((await suspensionOf(own, sql, scope)) !== undefined) return { removed: 0, skipped: 0, bytes: 0 };
      const locked = await lock(
        sql,
        scope,
        objects.map(({ id }) => id),
      );
      const total = { removed: 0, skipped: 0, bytes: 0 };
      for (const row of locked) {
        const object = objects.find(({ id }) => id === row.id) as Planned;
        const isFree = row.protections.length === 0;
        const bytes = isFree ? await remove(tx, own, scope, row) : 0;
        // The object has no stored files left to remove.
        if (bytes === undefined) continue;
        await store(sql, own, scope, object, row, bytes);
        total[isFree ? 'removed' : 'skipped'] += 1;
        total.bytes += bytes;
      }
      return total;
    },
    { maxWait: 10_000, timeout: 60_000 },
  );
}

/**
 * Locks objects in order of id. A second statement reads the protections, so that it sees changes committed before the
 * lock.
 */
async function lock(sql: Sql, scope: Scope, ids: readonly string[]): Promise<Locked[]> {
  const { from, t, model } = TABLES[scope.kind];
  const held = await sql<{ id: string }>(
    `SELECT id FROM ${scope.kind}s WHERE id = ANY ($1::uuid[]) AND deleted_at IS NULL
     ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`,
    [ids],
  );
  const id = Prisma.raw(`${t}.id`);
  const protections = protectionsSql(scope.kind, Prisma.sql`v.model_id`, scope.editChange);
  return runSql<Locked>(
    sql,
    Prisma.sql`SELECT ${id}, n.path AS namespace, ${Prisma.raw(model)} AS "modelId", ${protections} AS protections
      FROM ${Prisma.raw(from)} WHERE ${id} = ANY (${held.map((row) => row.id)}::uuid[]) ORDER BY ${id}`,
  );
}

async function remove(tx: Tx, ctx: RequestContext, scope: Scope, row: Locked): Promise<number | undefined> {
  const until = new Date(ctx.now().getTime() + graceOf(scope.rule, ctx.settings));
  return scope.rule.remove === 'files'
    ? removeFiles(tx, ctx, scope, row, until)
    : removeWhole(tx, ctx, scope, row, until);
}

async function removeWhole(
  tx: Tx,
  ctx: RequestContext,
  scope: Scope,
  row: Locked,
  until: Date,
): Promise<number> {
  const [size] = await tx.$queryRaw<[{ bytes: bigint }]>`
    SELECT coalesce(sum(size_bytes), 0)::bigint AS bytes FROM files
    WHERE object_id = ${row.id}::uuid AND blob_id IS NOT NULL`;
  const objectStore = STORES[scope.kind];
  const before = await objectStore.find(tx, row.id);
  if (before === null) return 0;
  await setColumns(tx, ctx, {
    store: objectStore,
    object: row,
    before,
    columns: { deletedAt: ctx.now(), purgeAt: until },
    action: 'deleted',
  });
  return Number(size.bytes);
}

async function removeFiles(
  tx: Tx,
  ctx: RequestContext,
  scope: Scope,
  row: Locked,
  until: Date,
): Promise<number | undefined> {
  const [taken] = await tx.$queryRaw<[{ count: bigint; bytes: bigint }]>`
    WITH gone AS (DELETE FROM files WHERE object_id = ${row.id}::uuid AND blob_id IS NOT NULL RETURNING *),
    kept AS (
      INSERT INTO removed_files (id, object_kind, object_id, namespace_id, path, role, uri, size_bytes, sha256, state,
                                 media_type,
                                 blob_id, created_by, created_at, removed_at, purge_at)
      SELECT id, object_kind, object_id, namespace_id, path, role, uri, size_bytes, sha256, state, media_type, blob_id,
             created_by,
             created_at, ${ctx.now()}, ${until} FROM gone)
    SELECT count(*) AS count, coalesce(sum(size_bytes), 0)::bigint AS bytes FROM gone`;
  if (Number(taken.count) === 0) return undefined;
  await tx.$executeRawUnsafe(
    `UPDATE ${scope.kind}s SET files_removed_at = $2::timestamptz, updated_at = $2::timestamptz WHERE id = $1::uuid`,
    row.id,
    ctx.now(),
  );
  await recordChange(tx, ctx, {
    kind: scope.kind,
    id: row.id,
    namespace: row.namespace,
    action: 'files_removed',
    detail: { files: Number(taken.count), bytes: Number(taken.bytes), until: until.toISOString() },
  });
  return Number(taken.bytes);
}

async function store(
  sql: Sql,
  ctx: RequestContext,
  scope: Scope,
  object: Planned,
  row: Locked,
  bytes: number,
): Promise<void> {
  const isFree = row.protections.length === 0;
  const verdict = { remove: isFree, keptBy: [], undecided: [], protectedBy: row.protections, hasFiles: true };
  const clauses = scope.rule.keep.map((_, clauseIndex) => ({
    clause: `keep[${clauseIndex}]`,
    holds: false,
    words: 'does not keep it',
    inputs: { value: object.values[clauseIndex] ?? null },
  }));
  await storeDecisions(sql, [
    {
      kind: 'retain',
      rule: null,
      modelId: row.modelId,
      namespaceId: scope.kind === 'checkpoint' ? scope.id : null,
      subject: { kind: scope.kind, id: row.id, name: object.name },
      outcome: isFree ? 'removed' : 'skipped',
      words: retentionWords(object.name, verdict, scope),
      clauses,
      inputs: { createdAt: object.createdAt, epoch: object.epoch, remove: scope.rule.remove, bytes },
      cause: { schedule: 'retention' },
      policy: scope.source,
      at: ctx.now(),
    },
  ]);
}

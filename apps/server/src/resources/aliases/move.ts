import type { Tx } from '@modelbox/db';
import type { AliasMover } from '@modelbox/domain';
import { newId } from '../../core/names/ids.ts';
import { recordChange } from '../../core/writes/change.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import { withoutFiles } from '../files/without-files.ts';
import { demandMayMove } from '../protected-aliases/demand.ts';

export interface Holder {
  readonly id: string;
  readonly version: string;
}

export interface Move {
  readonly model: Pick<Located, 'id' | 'namespace'>;
  readonly alias: string;
  readonly cause: 'set' | 'create' | 'finalize' | 'promote' | 'rollback' | 'delete' | 'rule' | 'proposal';
  readonly reason?: string | null | undefined;
  /** Digest of the rule, if the cause is `rule`. Protections compare it with the digests that admins allowed. */
  readonly rule?: string | undefined;
  /** Id of the expected holder. Null expects no holder, undefined expects nothing. */
  readonly expect?: string | null | undefined;
  /** The move that a later rollback returns to. Default: the last move. */
  readonly backId?: bigint | null;
}

export interface LockedAlias extends Holder {
  readonly aliasId: string;
}

/**
 * Locks an alias of a model. Undefined if it does not exist. A second statement reads the holder, because after a wait
 * a join in the locking statement would return the old holder. It reads by the id of the locked row, because a row that
 * another move inserts between the statements is not locked.
 */
export async function lockAlias(tx: Tx, modelId: string, alias: string): Promise<LockedAlias | undefined> {
  const [locked] = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM aliases WHERE model_id = ${modelId}::uuid AND name = ${alias} FOR UPDATE`;
  if (locked === undefined) return undefined;
  const [row] = await tx.$queryRaw<LockedAlias[]>`
    SELECT a.id AS "aliasId", v.id, v.version FROM aliases a JOIN versions v ON v.id = a.version_id
    WHERE a.id = ${locked.id}::uuid`;
  return row;
}

/**
 * Moves an alias to a version, atomically. Returns the id of the alias and whether it is new. The version must be ready
 * and not deleted, and stays locked against deletion until the transaction ends.
 */
export async function moveAlias(
  tx: Tx,
  ctx: RequestContext,
  move: Move,
  to: Holder,
): Promise<{ aliasId: string; isNew: boolean }> {
  await demandReady(tx, ctx, to);
  for (;;) {
    const from = await lockAlias(tx, move.model.id, move.alias);
    demandHolder(move, from);
    if (from?.id === to.id) return { aliasId: from.aliasId, isNew: false };
    if (from !== undefined) {
      await tx.alias.update({
        where: { id: from.aliasId },
        data: { versionId: to.id, updatedAt: ctx.now() },
      });
      await recordMove(tx, ctx, move, from.aliasId, from, to);
      return { aliasId: from.aliasId, isNew: false };
    }
    const row = {
      id: newId(ctx),
      modelId: move.model.id,
      name: move.alias,
      versionId: to.id,
      createdAt: ctx.now(),
      updatedAt: ctx.now(),
    };
    // Another request may have created the alias at the same time. Then the next round finds it.
    const { count } = await tx.alias.createMany({ data: [row], skipDuplicates: true });
    if (count === 1) {
      await recordMove(tx, ctx, move, row.id, undefined, to);
      return { aliasId: row.id, isNew: true };
    }
  }
}

export function demandHolder({ alias, expect }: Move, holder: Holder | undefined): void {
  if (expect === undefined || expect === (holder?.id ?? null)) return;
  throw new HttpProblem(
    'stale',
    `The alias "${alias}" is set on ${holder?.version ?? 'no version'}, but \`expect\` ` +
      `${expect === null ? 'is null' : 'names another version'}. ` +
      'Read the alias again, then retry with a new `expect`.',
  );
}

async function demandReady(tx: Tx, ctx: RequestContext, { id, version }: Holder): Promise<void> {
  const [row] = await tx.$queryRaw<{ status: string; deletedAt: Date | null; filesRemovedAt: Date | null }[]>`
    SELECT status, deleted_at AS "deletedAt", files_removed_at AS "filesRemovedAt" FROM versions
    WHERE id = ${id}::uuid FOR SHARE`;
  if (!row || row.deletedAt) throw new HttpProblem('not_found', `The version ${version} is deleted.`, { id });
  if (row.status !== 'ready')
    throw new HttpProblem('not_ready', `The version ${version} is pending; finalize it first.`, { id });
  if (row.filesRemovedAt) throw await withoutFiles(tx, ctx, id, version);
}

const moverOf = ({ cause, rule = '' }: Move): AliasMover =>
  cause === 'rule' ? { rule } : cause === 'proposal' ? cause : 'caller';

/** Records a move in the history of the alias and as a change. Throws 403 if a protection denies the move. */
export async function recordMove(
  tx: Tx,
  ctx: RequestContext,
  move: Move,
  aliasId: string,
  from: Holder | undefined,
  to: Holder | undefined,
): Promise<void> {
  await demandMayMove(tx, ctx, move.model, move.alias, moverOf(move));
  const last = await tx.aliasMove.findFirst({
    where: { modelId: move.model.id, alias: move.alias },
    orderBy: { id: 'desc' },
    select: { id: true },
  });
  const state = (holder: Holder | undefined) =>
    holder && { alias: move.alias, modelId: move.model.id, version: holder.version, versionId: holder.id };
  const changeId = await recordChange(tx, ctx, {
    kind: 'alias',
    id: aliasId,
    namespace: move.model.namespace,
    action: from === undefined ? 'created' : to === undefined ? 'deleted' : 'moved',
    before: state(from) ?? null,
    after: state(to) ?? null,
    detail: { cause: move.cause, reason: move.reason ?? null },
  });
  await tx.aliasMove.create({
    data: {
      modelId: move.model.id,
      alias: move.alias,
      fromVersionId: from?.id ?? null,
      fromVersion: from?.version ?? null,
      toVersionId: to?.id ?? null,
      toVersion: to?.version ?? null,
      backId: move.backId === undefined ? (last?.id ?? null) : move.backId,
      cause: move.cause,
      reason: move.reason ?? null,
      actor: ctx.actor.name,
      requestId: ctx.requestId,
      at: ctx.now(),
      changeId,
    },
  });
}

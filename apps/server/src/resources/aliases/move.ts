import type { Tx } from '@modelbox/db';
import type { AliasMover } from '@modelbox/domain';
import { newId } from '../../core/names/ids.ts';
import { recordChange } from '../../core/writes/change.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import { withoutFiles } from '../files/without-files.ts';
import { demandMayMove } from '../protected-aliases/demand.ts';

/** A version that takes an alias. */
export interface Holder {
  readonly id: string;
  readonly version: string;
}

export interface Move {
  readonly model: Pick<Located, 'id' | 'namespace'>;
  readonly alias: string;
  readonly cause: 'set' | 'create' | 'finalize' | 'promote' | 'rollback' | 'delete' | 'rule' | 'proposal';
  readonly reason?: string | null | undefined;
  /** The digest of the rule, if the cause is `rule`. Protections compare it with the rules that admins allowed. */
  readonly rule?: string | undefined;
  /** The id of the holder demanded; null demands none. Absent: whoever it is. */
  readonly expect?: string | null | undefined;
  /** The move that a later rollback goes back to; absent: the last one. */
  readonly backId?: bigint | null;
}

/** An alias and its holder, locked until the transaction ends. */
export interface LockedAlias extends Holder {
  readonly aliasId: string;
}

/**
 * Locks an alias of a model. Undefined where it does not exist. The holder is read after the lock: a statement that
 * joined would, after waiting for another move, look at its new holder with old eyes. And it is read of the row that
 * was locked: one that another move made between the two statements is locked by nobody.
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
 * Gives an alias to a version, taking it from its holder in one act; answers the alias' id and whether it is new.
 * The version must live and be ready, and is kept from being deleted until the transaction ends.
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
    // Whoever loses the race to make it finds it made, and looks again.
    const { count } = await tx.alias.createMany({ data: [row], skipDuplicates: true });
    if (count === 1) {
      await recordMove(tx, ctx, move, row.id, undefined, to);
      return { aliasId: row.id, isNew: true };
    }
  }
}

/** 412 where another version holds the alias than the caller demands. */
export function demandHolder({ alias, expect }: Move, holder: Holder | undefined): void {
  if (expect === undefined || expect === (holder?.id ?? null)) return;
  throw new HttpProblem(
    'stale',
    `${alias} is set on ${holder?.version ?? 'no version'}, which does not match \`expect\`. Read the alias again.`,
  );
}

async function demandReady(tx: Tx, ctx: RequestContext, { id, version }: Holder): Promise<void> {
  const [row] = await tx.$queryRaw<{ status: string; deletedAt: Date | null; filesRemovedAt: Date | null }[]>`
    SELECT status, deleted_at AS "deletedAt", files_removed_at AS "filesRemovedAt" FROM versions WHERE id = ${id}::uuid FOR SHARE`;
  if (!row || row.deletedAt) throw new HttpProblem('not_found', `The version ${version} is deleted.`, { id });
  if (row.status !== 'ready')
    throw new HttpProblem('not_ready', `The version ${version} is pending; finalize it first.`, { id });
  if (row.filesRemovedAt) throw await withoutFiles(tx, ctx, id, version);
}

/** Returns the mover as protections tell movers apart. */
const moverOf = ({ cause, rule = '' }: Move): AliasMover =>
  cause === 'rule' ? { rule } : cause === 'proposal' ? cause : 'caller';

/** Records a move in the alias' history and in the changes. 403 where the alias is protected from who makes it. */
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

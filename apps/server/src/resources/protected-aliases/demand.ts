import type { ProtectedAlias, Sql, Tx } from '@modelbox/db';
import { type AliasMover, allowsMove } from '@modelbox/domain';
import { ROLE_PERMISSIONS } from '@modelbox/schema';
import { lockKey } from '../../core/writes/lock-key.ts';
import type { RequestContext } from '../../protocol/context.ts';
import { demandMatch } from '../../protocol/http/preconditions.ts';
import type { Located } from '../../protocol/located.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import { notProtected } from './get.ts';
import { COLUMNS, countFor, FROM, ownerOf, type ProtectionRow } from './rows.ts';

type ModelRef = Pick<Located, 'id' | 'namespace'>;

/**
 * Locks the protections of an alias name below a root until the transaction ends. Moves take a shared lock. Changes of
 * a protection lock alone, so that no move that began earlier commits after the change.
 */
export async function lockProtections(
  tx: Tx,
  namespace: string,
  alias: string,
  how: 'shared' | 'alone',
): Promise<void> {
  // The key contains the root, so that a slow transaction of one team does not block other teams.
  const key = `protected alias ${namespace.split('/', 1)[0]} ${alias}`;
  await lockKey(tx, key, how);
}

/**
 * Locks the protection on a model or namespace itself, with the lock `alone`.
 * @throws HttpProblem not_found, or `stale` if `If-Match` names another state of the protection.
 */
export async function lockOwnProtection(
  tx: Tx,
  ctx: RequestContext,
  object: Located,
  alias: string,
): Promise<ProtectedAlias> {
  await lockProtections(tx, object.namespace, alias, 'alone');
  const row = await tx.protectedAlias.findFirst({ where: { ...ownerOf(object), alias } });
  if (row === null) throw notProtected(object, alias);
  demandMatch(ctx.ifMatch, row.edit);
  return row;
}

const inForce = `FROM ${FROM}
  WHERE p.alias = ANY ($1::text[]) AND ${countFor('$2::uuid', '$3')}`;

async function refusing(
  tx: Tx,
  actor: RequestContext['actor'],
  model: ModelRef,
  alias: string,
  mover: AliasMover,
): Promise<ProtectionRow | undefined> {
  const digest = typeof mover === 'object' ? mover.rule : '';
  await lockProtections(tx, model.namespace, alias, 'shared');
  const rows = await tx.$queryRawUnsafe<RefusingRow[]>(
    `SELECT ${COLUMNS}, EXISTS (SELECT 1 FROM rule_consents c
       WHERE c.protection_id = p.id AND c.digest = $4) AS "allowsRule"
     ${inForce} ORDER BY n.path, p.model_id NULLS FIRST`,
    [alias],
    model.id,
    model.namespace,
    digest,
  );
  const isRefusing = (row: RefusingRow) =>
    !allowsMove(protectionOf(row, row.allowsRule ? [digest] : []), actor, mover, model.namespace);
  return rows.find(isRefusing);
}

interface RefusingRow extends ProtectionRow {
  allowsRule: boolean;
}

export const mayMove = async (
  tx: Tx,
  actor: RequestContext['actor'],
  model: ModelRef,
  alias: string,
  mover: AliasMover,
): Promise<boolean> => (await refusing(tx, actor, model, alias, mover)) === undefined;

/** Returns the required number of approvals. Undefined if no protection of the alias is by `proposal`. */
export async function approvalsNeeded(tx: Tx, model: ModelRef, alias: string): Promise<number | undefined> {
  await lockProtections(tx, model.namespace, alias, 'shared');
  const [row] = await tx.$queryRawUnsafe<{ needed: number | null }[]>(
    `SELECT max(p.approvals)::int AS needed ${inForce} AND p.movable_by = 'proposal'`,
    [alias],
    model.id,
    model.namespace,
  );
  return row?.needed ?? undefined;
}

/** Returns the aliases that no rule may move on a model by itself. */
export async function aliasesKeptFromRules(
  sql: Sql,
  model: ModelRef,
  aliases: readonly string[],
): Promise<Set<string>> {
  const rows = await sql<{ alias: string }>(`SELECT DISTINCT p.alias ${inForce} AND p.movable_by <> 'rule'`, [
    aliases,
    model.id,
    model.namespace,
  ]);
  return new Set(rows.map(({ alias }) => alias));
}

const protectionOf = (row: ProtectionRow, allowed: readonly string[]) => ({
  by: row.by,
  allowed,
  principals: row.principals,
  permissions: row.role === null ? [] : ROLE_PERMISSIONS[row.role],
});

export async function demandMayMove(
  tx: Tx,
  ctx: RequestContext,
  model: ModelRef,
  alias: string,
  mover: AliasMover,
): Promise<void> {
  const first = await refusing(tx, ctx.actor, model, alias, mover);
  if (first === undefined) return;
  const { namespace } = model;
  const where = first.model === null ? first.namespace : `the model ${first.model}`;
  const words = `Alias "${alias}" is protected by ${where}. ${WHO[first.by](first)} may move it.`;
  const refusal = { permission: 'alias.move', kind: 'alias', id: null, namespace, name: alias } as const;
  throw new HttpProblem('forbidden', words).because(refusal);
}

const WHO: Record<ProtectionRow['by'], (row: ProtectionRow) => string> = {
  role: ({ role }) => `Only callers with at least the role ${role}`,
  // Only callers who may read the protection may see its principals.
  principals: () => 'Only the principals that the protection names',
  rule: () => 'Only a labelling rule that an admin has allowed',
  proposal: () => 'Only an approved proposal',
};

/** Throws 403 if deleting the model would remove an alias that the caller may not move. */
export async function demandMayDeleteModel(tx: Tx, ctx: RequestContext, model: ModelRef): Promise<void> {
  const held = await tx.alias.findMany({ where: { modelId: model.id }, orderBy: { name: 'asc' } });
  for (const { name } of held) await demandMayMove(tx, ctx, model, name, 'caller');
}

/**
 * Throws 403 if restoring the model would restore an alias that the caller may not move. The current protections
 * decide, even if they are newer than the deletion.
 */
export async function demandMayRestoreModel(tx: Tx, ctx: RequestContext, model: Located): Promise<void> {
  const row = await tx.model.findUnique({ where: { id: model.id }, select: { deletedAt: true } });
  // Restoring a model that is not deleted changes nothing.
  if (!row?.deletedAt) return;
  const held = await tx.alias.findMany({ where: { modelId: model.id }, orderBy: { name: 'asc' } });
  for (const { name } of held) {
    try {
      await demandMayMove(tx, ctx, model, name, 'caller');
    } catch (error) {
      if (!(error instanceof HttpProblem) || error.refusal === undefined) throw error;
      const words =
        `Restoring the model would bring back its alias ${name}. ${error.message} Ask a caller who may move ${name} ` +
        'to restore the model, or ask an admin of the namespace to remove the protection.';
      throw new HttpProblem('forbidden', words).because(error.refusal);
    }
  }
}

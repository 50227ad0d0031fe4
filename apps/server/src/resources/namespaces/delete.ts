import { isForeignKeyViolation, type Tx } from '@modelbox/db';
import { decideAccess } from '@modelbox/domain';
import type { Permission } from '@modelbox/schema';
import { lockObject } from '../../core/objects/store.ts';
import { recordChange } from '../../core/writes/change.ts';
import type { RequestContext } from '../../protocol/context.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import type { Receipt, Verb } from '../../protocol/verb.ts';
import { changingRights } from '../grants/changing-rights.ts';
import { namespaces } from './store.ts';

/**
 * Deletes an empty namespace, without even deleted objects. Its grants, quota and protections are kept for the grace
 * time: `ensure_namespace` restores them if somebody creates the namespace again.
 */
export const deleteNamespace: Verb<'namespaces.delete'> = (ctx, { touched: { namespace } }) =>
  changingRights(ctx, async (tx): Promise<Receipt> => {
    const { id } = namespace;
    if (id === null) throw new HttpProblem('not_found', `There is no namespace "${namespace.namespace}".`);
    const row = await lockObject(tx, ctx, namespaces, { id });
    // A concurrent grant locks the row only weakly. Without this stronger lock, the delete would not see that grant.
    await tx.$queryRaw`SELECT 1 FROM namespaces WHERE id = ${id}::uuid FOR UPDATE`;
    await demandMayReset(tx, ctx, row);
    const keptUntil = new Date(ctx.now().getTime() + ctx.settings.deleteGrace);
    await tx.$queryRaw`SELECT keep_namespace(${id}::uuid, ${keptUntil})::text`;
    await recordChange(tx, ctx, {
      kind: 'namespace',
      id: row.id,
      namespace: row.path,
      action: 'deleted',
      before: namespaces.fields(row, namespace),
    });
    try {
      await tx.namespace.delete({ where: { id: row.id } });
    } catch (error) {
      // The foreign keys decide, because a check before the delete would race with new objects.
      if (!isForeignKeyViolation(error)) throw error;
      throw new HttpProblem(
        'not_empty',
        `The namespace ${row.path} still contains namespaces, models, experiments or datasets. Delete them first. ` +
          'Deleted objects count until they are purged.',
      );
    }
    return { status: 204, object: null };
  });

async function demandMayReset(
  tx: Tx,
  ctx: RequestContext,
  { id, path, quotaBytes }: { id: string; path: string; quotaBytes: number | null },
): Promise<void> {
  const carried: [what: string, permission: Permission, count: number][] = [
    ['a quota', 'namespace.quota', quotaBytes === null ? 0 : 1],
    ['grants', 'grant.write', await tx.grant.count({ where: { namespaceId: id } })],
    ['protected aliases', 'alias.protect', await tx.protectedAlias.count({ where: { namespaceId: id } })],
  ];
  for (const [what, permission, count] of carried) {
    if (count === 0 || decideAccess(ctx.actor, permission, path) === 'allowed') continue;
    throw new HttpProblem(
      'forbidden',
      `The namespace ${path} has ${what}, so deleting it needs ${permission} on it. Admins of the namespace have ` +
        'this permission.',
    ).because({ permission, kind: 'namespace', id, namespace: path, name: path });
  }
}

import type { AliasMove, Tx } from '@modelbox/db';
import { write } from '../../core/writes/write.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import type { Verb } from '../../protocol/verb.ts';
import { expectedHolder } from './expect.ts';
import { lockAlias, moveAlias } from './move.ts';

/** Moves an alias back to its previous holder. A second call moves it one holder further back. */
export const rollbackAlias: Verb<'models.aliases.rollback'> = async (
  ctx,
  { body, params, touched: { model } },
) => {
  const expect = await expectedHolder(ctx, model, body.expect);
  return write(ctx, async (tx) => {
    const holder = await lockAlias(tx, model.id, params.alias);
    const target = await previousHolder(tx, model.id, params.alias, holder?.id);
    const { aliasId } = await moveAlias(
      tx,
      ctx,
      {
        model,
        alias: params.alias,
        cause: 'rollback',
        reason: body.reason,
        expect,
        backId: target.backId,
      },
      { id: target.toVersionId, version: target.toVersion },
    );
    return { status: 200, object: { kind: 'alias', id: aliasId } };
  });
};

type HolderMove = AliasMove & { toVersionId: string; toVersion: string };

/** Finds the move that set the previous holder, along the chain of moves that were not rolled back. */
async function previousHolder(
  tx: Tx,
  modelId: string,
  alias: string,
  holderId: string | undefined,
): Promise<HolderMove> {
  const newest = await tx.aliasMove.findFirst({ where: { modelId, alias }, orderBy: { id: 'desc' } });
  let move = newest;
  while (move?.backId != null) {
    move = await tx.aliasMove.findUnique({ where: { id: move.backId } });
    // A deletion is a move to no holder. The way back skips deletions and earlier moves to the current holder.
    if (move?.toVersionId && move.toVersion && move.toVersionId !== holderId) return move as HolderMove;
  }
  if (newest === null)
    throw new HttpProblem('not_found', `The alias "${alias}" was never set on this model.`);
  throw new HttpProblem('no_previous', `The alias "${alias}" has no previous version to roll back to.`);
}

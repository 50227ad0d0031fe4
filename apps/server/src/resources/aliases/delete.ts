import { write } from '../../core/writes/write.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import type { Receipt, Verb } from '../../protocol/verb.ts';
import { expectedHolder } from './expect.ts';
import { demandHolder, lockAlias, recordMove } from './move.ts';

export const deleteAlias: Verb<'models.aliases.delete'> = async (
  ctx,
  { params, query, touched: { model } },
) => {
  const expect = await expectedHolder(ctx, model, query.expect);
  return write(ctx, async (tx): Promise<Receipt> => {
    const move = { model, alias: params.alias, cause: 'delete', expect } as const;
    const from = await lockAlias(tx, model.id, params.alias);
    demandHolder(move, from);
    if (from === undefined) throw noAlias(params.alias);
    await tx.alias.delete({ where: { id: from.aliasId } });
    await recordMove(tx, ctx, move, from.aliasId, from, undefined);
    return { status: 204, object: null };
  });
};

export const noAlias = (alias: string) => new HttpProblem('not_found', `This model has no alias "${alias}".`);

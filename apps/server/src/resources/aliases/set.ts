import { demandVisible } from '../../core/objects/new-name.ts';
import { write } from '../../core/writes/write.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import type { Verb } from '../../protocol/verb.ts';
import { expectedHolder } from './expect.ts';
import { moveAlias } from './move.ts';

export const setAlias: Verb<'models.aliases.set'> = async (
  ctx,
  { body, params, touched: { model, version } },
) => {
  if (version.parentId !== model.id) {
    throw new HttpProblem('invalid', `body /version: ${body.version} is not a version of this model`, {
      errors: [{ in: 'body', pointer: '/version', message: 'must be a version of this model' }],
    });
  }
  const expect = await expectedHolder(ctx, model, body.expect);
  return write(ctx, async (tx) => {
    const move = {
      model,
      alias: params.alias,
      cause: 'set',
      reason: body.reason,
      expect,
    } as const;
    const { aliasId, isNew } = await moveAlias(tx, ctx, move, { id: version.id, version: version.name });
    if (isNew) demandVisible('path', '/alias', params.alias);
    return { status: isNew ? 201 : 200, object: { kind: 'alias', id: aliasId } };
  });
};

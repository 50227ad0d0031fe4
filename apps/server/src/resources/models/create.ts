import { createNamed } from '../../core/objects/create.ts';
import { checkMetadata, tagSet } from '../../core/objects/patch.ts';
import type { Verb } from '../../protocol/verb.ts';
import { models } from './store.ts';

export const createModel: Verb<'models.create'> = (ctx, { body, touched: { namespace } }) =>
  createNamed(
    ctx,
    models,
    { namespace, name: body.name },
    {
      owner: body.owner ?? null,
      task: body.task ?? null,
      description: body.description ?? null,
      metadata: checkMetadata(body.metadata ?? {}),
      tags: tagSet(body.tags),
    },
  );

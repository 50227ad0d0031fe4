import { createNamed } from '../../core/objects/create.ts';
import { checkMetadata, tagSet } from '../../core/objects/patch.ts';
import type { Verb } from '../../protocol/verb.ts';
import { experiments } from './store.ts';

export const createExperiment: Verb<'experiments.create'> = (
  ctx,
  { body, touched: { namespace, checkpoint } },
) =>
  createNamed(
    ctx,
    experiments,
    { namespace, name: body.name },
    {
      owner: body.owner ?? null,
      task: body.task ?? null,
      framework: body.framework ?? null,
      externalId: body.externalId ?? null,
      status: body.status ?? 'running',
      metadata: checkMetadata(body.metadata ?? {}),
      tags: tagSet(body.tags),
      sourceCheckpointId: checkpoint?.id ?? null,
    },
  );

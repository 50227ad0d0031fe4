import { z } from 'zod';
import { lifecycleRoutes } from './lifecycle.ts';
import { includeDeleted, listQuery, page } from './lists.ts';
import { LatestEvaluations, LatestMetrics } from './metrics.ts';
import {
  deletable,
  Framework,
  Metadata,
  MetadataPatch,
  Name,
  NamespacePath,
  Owner,
  PatchedTags,
  Tags,
  Task,
  Uuid,
} from './primitives.ts';
import { REFS } from './resources.ts';
import { route } from './route.ts';
import { hidden } from './views.ts';

export const ExperimentStatus = z
  .enum(['running', 'finished', 'failed', 'aborted'])
  .meta({ id: 'ExperimentStatus' });

const identity = { namespace: NamespacePath, name: Name };
const ExternalId = z
  .string()
  .min(1)
  .max(256)
  .meta({ description: 'The id of the run in the trainer or tracker.' });

export const ExperimentCreate = z
  .strictObject({
    ...identity,
    owner: Owner.nullable().optional(),
    task: Task.nullable().optional(),
    framework: Framework.nullable().optional(),
    externalId: ExternalId.nullable().optional(),
    status: ExperimentStatus.optional().meta({ description: 'Default: `running`.' }),
    metadata: Metadata.optional(),
    tags: Tags.optional(),
    source: z.strictObject({ checkpoint: REFS.checkpoint }).nullable().optional().meta({
      id: 'ExperimentSourceInput',
      description: 'The checkpoint from which the run starts. It may belong to another experiment.',
    }),
  })
  .meta({ id: 'ExperimentCreate' });
export type ExperimentCreate = z.infer<typeof ExperimentCreate>;

export const ExperimentUpdate = z
  .strictObject({
    owner: Owner.nullable().optional(),
    task: Task.nullable().optional(),
    framework: Framework.nullable().optional(),
    externalId: ExternalId.nullable().optional(),
    status: ExperimentStatus.optional(),
    metadata: MetadataPatch.nullable().optional(),
    tags: PatchedTags.nullable().optional(),
  })
  .meta({ id: 'ExperimentUpdate' });

export const Experiment = z
  .object({
    ...identity,
    owner: Owner.nullable(),
    task: Task.nullable(),
    framework: Framework.nullable(),
    externalId: ExternalId.nullable(),
    status: ExperimentStatus,
    metadata: Metadata,
    tags: Tags,
    source: z.object({ checkpoint: Uuid }).nullable().meta({
      id: 'ExperimentSource',
      description: 'The checkpoint from which the run started. Null if the caller may not see it.',
    }),
    metrics: LatestMetrics,
    evaluations: LatestEvaluations,
    ...deletable,
    hidden,
  })
  .meta({ id: 'Experiment', description: 'A training run.' });
export type Experiment = z.infer<typeof Experiment>;

const tag = 'experiments';

export const experimentRoutes = [
  route({
    id: 'experiments.create',
    method: 'POST',
    cost: 'fixed',
    path: '/v1/experiments',
    tag,
    summary: 'Create an experiment',
    description: 'If the experiment exists, it is returned unchanged with 200, so pipelines can restart.',
    body: ExperimentCreate,
    answers: { 200: Experiment, 201: Experiment },
    conditional: true,
    subject: 'namespace',
    touches: {
      namespace: {
        kind: 'namespace',
        at: 'body.namespace',
        permission: 'experiment.create',
        create: 'experiment.create',
      },
      checkpoint: {
        kind: 'checkpoint',
        at: 'body.source.checkpoint',
        permission: 'checkpoint.read',
        deleted: true,
      },
    },
  }),
  route({
    id: 'experiments.list',
    method: 'GET',
    cost: 'variable',
    path: '/v1/experiments',
    tag,
    summary: 'List experiments',
    query: z.strictObject({
      namespace: NamespacePath.optional(),
      recursive: z
        .boolean()
        .optional()
        .meta({ description: 'Includes the namespaces below.', default: false }),
      includeDeleted,
      ...listQuery,
    }),
    answers: { 200: page('ExperimentPage', Experiment) },
    touches: {
      namespace: {
        kind: 'namespace',
        at: 'query.namespace',
        permission: 'experiment.read',
        create: 'experiment.read',
      },
    },
  }),
  ...lifecycleRoutes('experiment', { answer: Experiment, update: ExperimentUpdate }),
] as const;

import { z } from 'zod';
import { lifecycleRoutes } from './lifecycle.ts';
import { includeDeleted, listQuery, page } from './lists.ts';
import { LatestEvaluations, LatestMetrics } from './metrics.ts';
import {
  Description,
  deletable,
  Metadata,
  MetadataPatch,
  Name,
  NamespacePath,
  Owner,
  PatchedTags,
  Tags,
  Task,
} from './primitives.ts';
import { route } from './route.ts';
import { hidden } from './views.ts';

const identity = { namespace: NamespacePath, name: Name };

export const ModelCreate = z
  .strictObject({
    ...identity,
    owner: Owner.nullable().optional(),
    task: Task.nullable().optional(),
    description: Description.nullable().optional(),
    metadata: Metadata.optional(),
    tags: Tags.optional(),
  })
  .meta({ id: 'ModelCreate' });
export type ModelCreate = z.infer<typeof ModelCreate>;

export const ModelUpdate = z
  .strictObject({
    owner: Owner.nullable().optional(),
    task: Task.nullable().optional(),
    description: Description.nullable().optional(),
    metadata: MetadataPatch.nullable().optional(),
    tags: PatchedTags.nullable().optional(),
  })
  .meta({ id: 'ModelUpdate' });

export const Model = z
  .object({
    ...identity,
    owner: Owner.nullable(),
    task: Task.nullable(),
    description: Description.nullable(),
    metadata: Metadata,
    tags: Tags,
    metrics: LatestMetrics,
    evaluations: LatestEvaluations,
    ...deletable,
    hidden,
  })
  .meta({ id: 'Model', description: 'A model: a task to solve, with everything that its versions share.' });
export type Model = z.infer<typeof Model>;

const tag = 'models';

export const modelRoutes = [
  route({
    id: 'models.create',
    method: 'POST',
    cost: 'fixed',
    path: '/v1/models',
    tag,
    summary: 'Create a model',
    description: 'If the model exists, it is returned unchanged with 200, so pipelines can restart.',
    body: ModelCreate,
    answers: { 200: Model, 201: Model },
    conditional: true,
    touches: {
      namespace: {
        kind: 'namespace',
        at: 'body.namespace',
        permission: 'model.create',
        create: 'model.create',
      },
    },
  }),
  route({
    id: 'models.list',
    method: 'GET',
    cost: 'variable',
    path: '/v1/models',
    tag,
    summary: 'List models',
    query: z.strictObject({
      namespace: NamespacePath.optional(),
      recursive: z
        .boolean()
        .optional()
        .meta({ description: 'Includes the namespaces below.', default: false }),
      includeDeleted,
      ...listQuery,
    }),
    answers: { 200: page('ModelPage', Model) },
    touches: {
      namespace: { kind: 'namespace', at: 'query.namespace', permission: 'model.read', create: 'model.read' },
    },
  }),
  ...lifecycleRoutes('model', { answer: Model, update: ModelUpdate }),
] as const;

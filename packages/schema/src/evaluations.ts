import { z } from 'zod';
import { cursor, limit, page } from './lists.ts';
import { Timestamp, Uuid, VersionName } from './primitives.ts';
import { REFS } from './resources.ts';
import { route } from './route.ts';

export const Coverage = z.enum(['missing', 'stale', 'done']).meta({
  id: 'Coverage',
  description:
    '`missing`: no metric of the version on the dataset. `stale`: the digest of the dataset has changed since. `done`: ' +
    'neither.',
});

export const Evaluation = z
  .object({
    version: VersionName,
    versionId: Uuid,
    dataset: z.string().meta({ description: 'As the policy names it.' }),
    datasetId: Uuid,
    state: Coverage,
    digest: z.string().nullable().meta({ description: 'That the dataset has now.' }),
    evaluatedDigest: z
      .string()
      .nullable()
      .meta({ description: 'That it had when the version was evaluated last.' }),
    readyAt: Timestamp.nullable().meta({
      description: 'Since when the version is ready, and the evaluation owed.',
    }),
  })
  .meta({
    id: 'Evaluation',
    description: 'A version, a dataset that it must be evaluated on, and whether it was.',
  });
export type Evaluation = z.infer<typeof Evaluation>;

export const evaluationRoutes = [
  route({
    id: 'models.evaluations.list',
    method: 'GET',
    cost: 'variable',
    path: '/v1/models/{model}/evaluations',
    tag: 'policies',
    summary: 'List the evaluations that are owed, oldest version first',
    description: 'Of the ready versions, on the datasets that the policy names in `evaluate`.',
    params: z.strictObject({ model: REFS.model }),
    query: z.strictObject({
      state: z
        .enum(['owed', 'missing', 'stale', 'done', 'all'])
        .optional()
        .meta({ description: '`owed` is `missing` and `stale`.', default: 'owed' }),
      dataset: z.string().min(1).max(700).optional().meta({ description: 'As the policy names it.' }),
      limit,
      cursor,
    }),
    answers: { 200: page('EvaluationPage', Evaluation) },
    touches: {
      model: { kind: 'model', at: 'params.model', permission: 'policy.read' },
      versions: { kind: 'model', at: 'params.model', permission: 'version.read' },
    },
  }),
] as const;

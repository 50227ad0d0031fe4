import { z } from 'zod';
import { cursor, limit, page } from './lists.ts';
import { Timestamp, Uuid, VersionName } from './primitives.ts';
import { REFS } from './resources.ts';
import { route } from './route.ts';

export const Coverage = z.enum(['missing', 'stale', 'done']).meta({
  id: 'Coverage',
  description:
    '`missing`: the version has no metric on the dataset. `stale`: the digest of the dataset has changed ' +
    'since the evaluation. `done`: the evaluation is current.',
});

export const Evaluation = z
  .object({
    version: VersionName,
    versionId: Uuid,
    dataset: z.string().meta({ description: 'The dataset, as the policy names it.' }),
    datasetId: Uuid,
    state: Coverage,
    digest: z.string().nullable().meta({ description: 'The current digest of the dataset.' }),
    evaluatedDigest: z
      .string()
      .nullable()
      .meta({ description: 'The digest of the dataset at the last evaluation of the version.' }),
    readyAt: Timestamp.nullable().meta({
      description: 'The time at which the version became ready and the evaluation due.',
    }),
  })
  .meta({
    id: 'Evaluation',
    description: 'A required evaluation of a version on a dataset, and its state.',
  });
export type Evaluation = z.infer<typeof Evaluation>;

export const evaluationRoutes = [
  route({
    id: 'models.evaluations.list',
    method: 'GET',
    cost: 'variable',
    path: '/v1/models/{model}/evaluations',
    tag: 'policies',
    summary: 'List required evaluations, oldest version first',
    description: 'Covers all ready versions, on the datasets that the policy lists in `evaluate`.',
    params: z.strictObject({ model: REFS.model }),
    query: z.strictObject({
      state: z
        .enum(['owed', 'missing', 'stale', 'done', 'all'])
        .optional()
        .meta({ description: 'Filters by state. `owed` includes `missing` and `stale`.', default: 'owed' }),
      dataset: z
        .string()
        .min(1)
        .max(700)
        .optional()
        .meta({ description: 'The dataset, as the policy names it.' }),
      limit,
      cursor,
    }),
    answers: { 200: page('EvaluationPage', Evaluation) },
    subject: 'model',
    touches: {
      model: { kind: 'model', at: 'params.model', permission: 'policy.read' },
      versions: { kind: 'model', at: 'params.model', permission: 'version.read' },
    },
  }),
] as const;

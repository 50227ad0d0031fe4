import { z } from 'zod';
import { File, TrackedFiles } from './files.ts';
import { retained } from './holds.ts';
import { lifecycleRoutes } from './lifecycle.ts';
import { includeDeleted, listQuery, page } from './lists.ts';
import { LatestEvaluations, LatestMetrics, MetricsInput } from './metrics.ts';
import {
  Count,
  deletable,
  Metadata,
  MetadataPatch,
  NamespacePath,
  PatchedTags,
  Tags,
  Timestamp,
  Uuid,
} from './primitives.ts';
import { REFS } from './resources.ts';
import { route } from './route.ts';
import { newVersionTouches, Status, Version, VersionCreate } from './versions.ts';
import { hidden } from './views.ts';

export const CheckpointCreate = z
  .strictObject({
    epoch: Count.nullable().optional(),
    step: Count.nullable().optional(),
    status: Status.optional(),
    metadata: Metadata.optional(),
    tags: Tags.optional(),
    files: TrackedFiles.optional(),
    metrics: MetricsInput.optional(),
    replace: z.boolean().optional().meta({
      description:
        'Puts this one in the place of a living checkpoint of the same epoch and step, which is deleted.',
      default: false,
    }),
  })
  .meta({
    id: 'CheckpointCreate',
    description:
      'What a run wrote at an `epoch` and/or `step`: one of them is required. With `files` (also `[]`) or ' +
      '`status: ready` it is ready at once, otherwise pending until it is finalized.',
  });
export type CheckpointCreate = z.infer<typeof CheckpointCreate>;

export const CheckpointUpdate = z
  .strictObject({ metadata: MetadataPatch.nullable().optional(), tags: PatchedTags.nullable().optional() })
  .meta({ id: 'CheckpointUpdate' });

export const Checkpoint = z
  .object({
    namespace: NamespacePath,
    experiment: z.string().meta({ description: "The experiment's name." }),
    experimentId: Uuid,
    epoch: Count.nullable(),
    step: Count.nullable(),
    status: Status,
    metadata: Metadata,
    tags: Tags,
    files: z.array(File).meta({ description: 'The first 100 by path; `/files` lists all.' }),
    fileCount: Count,
    metrics: LatestMetrics,
    evaluations: LatestEvaluations,
    readyAt: Timestamp.nullable(),
    ...retained,
    ...deletable,
    hidden,
  })
  .meta({ id: 'Checkpoint', description: 'What a run wrote at an epoch and/or step.' });
export type Checkpoint = z.infer<typeof Checkpoint>;

const { files: _files, status: _status, source: _source, ...versionFields } = VersionCreate.shape;
const Promotion = z.strictObject({ model: REFS.model, ...versionFields }).meta({
  id: 'Promotion',
  description:
    'The version that the checkpoint becomes. It has the same files (nothing is copied), starts with the ' +
    "checkpoint's latest metrics and evaluations, and is ready at once. Its metadata and tags are those given.",
});

const inExperiment = z.strictObject({ experiment: REFS.experiment });
const params = z.strictObject({ checkpoint: REFS.checkpoint });
const path = '/v1/checkpoints/{checkpoint}';
const tag = 'checkpoints';

export const checkpointRoutes = [
  route({
    id: 'experiments.checkpoints.create',
    method: 'POST',
    cost: 'fixed',
    path: '/v1/experiments/{experiment}/checkpoints',
    tag,
    summary: 'Log a checkpoint of an experiment',
    description:
      'The same create again is answered with the checkpoint as it is, with 200; another body: 409.',
    params: inExperiment,
    body: CheckpointCreate,
    answers: { 200: Checkpoint, 201: Checkpoint },
    conditional: true,
    touches: {
      experiment: { kind: 'experiment', at: 'params.experiment', permission: 'checkpoint.create' },
      measured: {
        kind: 'dataset',
        at: 'body.metrics[].dataset',
        under: 'experiment',
        permission: 'dataset.read',
        create: 'dataset.create',
      },
    },
  }),
  route({
    id: 'experiments.checkpoints.list',
    method: 'GET',
    cost: 'variable',
    path: '/v1/experiments/{experiment}/checkpoints',
    tag,
    summary: 'List the checkpoints of an experiment',
    params: inExperiment,
    query: z.strictObject({ includeDeleted, ...listQuery }),
    answers: { 200: page('CheckpointPage', Checkpoint) },
    touches: { experiment: { kind: 'experiment', at: 'params.experiment', permission: 'checkpoint.read' } },
  }),
  route({
    id: 'experiments.checkpoints.latest',
    method: 'GET',
    cost: 'fixed',
    path: '/v1/experiments/{experiment}/checkpoints/latest',
    tag,
    summary: 'Read the newest ready checkpoint of an experiment',
    params: inExperiment,
    answers: { 200: Checkpoint },
    conditional: true,
    touches: { experiment: { kind: 'experiment', at: 'params.experiment', permission: 'checkpoint.read' } },
  }),
  ...lifecycleRoutes('checkpoint', { answer: Checkpoint, update: CheckpointUpdate }),
  route({
    id: 'checkpoints.finalize',
    method: 'POST',
    cost: 'fixed',
    path: `${path}/finalize`,
    tag,
    summary: 'Make a pending checkpoint ready: its file set is complete',
    params,
    body: z.strictObject({}),
    bodyOptional: true,
    answers: { 200: Checkpoint },
    conditional: true,
    touches: { checkpoint: { kind: 'checkpoint', at: 'params.checkpoint', permission: 'checkpoint.write' } },
  }),
  route({
    id: 'checkpoints.promote',
    method: 'POST',
    cost: 'fixed',
    path: `${path}/promote`,
    tag,
    summary: 'Make a ready checkpoint a version of a model, over the same files',
    params,
    body: Promotion,
    answers: { 200: Version, 201: Version },
    conditional: true,
    touches: {
      checkpoint: { kind: 'checkpoint', at: 'params.checkpoint', permission: 'checkpoint.read' },
      // Its files come to be the version's, for all who may read that.
      files: { kind: 'checkpoint', at: 'params.checkpoint', permission: 'file.read' },
      model: { kind: 'model', at: 'body.model', permission: 'version.create' },
      ...newVersionTouches,
    },
  }),
] as const;

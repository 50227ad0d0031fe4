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
        'Soft-deletes the existing checkpoint of the same epoch and step, in the same transaction.',
      default: false,
    }),
  })
  .meta({
    id: 'CheckpointCreate',
    description:
      'A checkpoint of a run. `epoch` or `step` is required. With `files` (also `[]`) or `status: ready` ' +
      'the checkpoint is ready at once. Otherwise it is pending until it is finalized.',
  });
export type CheckpointCreate = z.infer<typeof CheckpointCreate>;

export const CheckpointUpdate = z
  .strictObject({ metadata: MetadataPatch.nullable().optional(), tags: PatchedTags.nullable().optional() })
  .meta({ id: 'CheckpointUpdate' });

export const Checkpoint = z
  .object({
    namespace: NamespacePath,
    experiment: z.string().meta({ description: 'The name of the experiment.' }),
    experimentId: Uuid,
    epoch: Count.nullable(),
    step: Count.nullable(),
    status: Status,
    metadata: Metadata,
    tags: Tags,
    files: z.array(File).meta({ description: 'The first 100 files by path. `/files` lists all.' }),
    fileCount: Count,
    metrics: LatestMetrics,
    evaluations: LatestEvaluations,
    readyAt: Timestamp.nullable(),
    ...retained,
    ...deletable,
    hidden,
  })
  .meta({
    id: 'Checkpoint',
    description: 'A checkpoint that a training run wrote at an epoch, a step, or both.',
  });
export type Checkpoint = z.infer<typeof Checkpoint>;

const { files: _files, status: _status, source: _source, ...versionFields } = VersionCreate.shape;
const Promotion = z.strictObject({ model: REFS.model, ...versionFields }).meta({
  id: 'Promotion',
  description:
    'The version to create from the checkpoint. It shares the files of the checkpoint (no content is ' +
    'copied), starts with its latest metrics and evaluations, and is ready at once. Metadata and tags ' +
    'come from this request.',
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
    summary: 'Create a checkpoint of an experiment',
    description:
      'Repeating the same create returns the existing checkpoint with 200. A different body returns 409.',
    params: inExperiment,
    body: CheckpointCreate,
    answers: { 200: Checkpoint, 201: Checkpoint },
    conditional: true,
    subject: 'experiment',
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
    summary: 'Finalize a pending checkpoint: its file set becomes immutable',
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
    summary: 'Create a version of a model from a ready checkpoint, with the same files',
    params,
    body: Promotion,
    answers: { 200: Version, 201: Version },
    conditional: true,
    subject: 'checkpoint',
    touches: {
      checkpoint: { kind: 'checkpoint', at: 'params.checkpoint', permission: 'checkpoint.read' },
      // Promotion shows the files to every reader of the version, so the caller must be able to read them.
      files: { kind: 'checkpoint', at: 'params.checkpoint', permission: 'file.read' },
      model: { kind: 'model', at: 'body.model', permission: 'version.create' },
      ...newVersionTouches,
    },
  }),
] as const;

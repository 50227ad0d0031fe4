import { z } from 'zod';
import { File, TrackedFiles } from './files.ts';
import { retained } from './holds.ts';
import { lifecycleRoutes } from './lifecycle.ts';
import { includeDeleted, listQuery, page } from './lists.ts';
import { LatestEvaluations, LatestMetrics, MetricsInput } from './metrics.ts';
import {
  AliasName,
  Count,
  DatasetMention,
  Description,
  deletable,
  Framework,
  Metadata,
  MetadataPatch,
  NamespacePath,
  PatchedTags,
  Tags,
  Timestamp,
  Title,
  Uuid,
  VersionName,
} from './primitives.ts';
import { REFS } from './resources.ts';
import { route } from './route.ts';
import { hidden } from './views.ts';

export const Status = z.enum(['pending', 'ready']).meta({
  id: 'Status',
  description:
    '`latest`, `resolve` and aliases use only `ready` objects. The file set of a `ready` object is ' +
    'immutable.',
});
const Aliases = z.array(AliasName).max(64);

export const SourceInput = z
  .strictObject({
    checkpoint: REFS.checkpoint.optional(),
    experiment: REFS.experiment.optional(),
    version: REFS.version.optional(),
  })
  .meta({ id: 'SourceInput', description: 'The origin of the version.' });

export const Source = z
  .object({
    checkpoint: Uuid.optional(),
    experiment: z.string().optional().meta({ description: '`ai/vision/run-7`' }),
    version: z.string().optional().meta({ description: '`ai/vision/yolo:v1`' }),
  })
  .meta({ id: 'Source', description: 'The origin of the version, as far as the caller may see it.' });

export const UsedDataset = z
  .object({
    name: z.string(),
    digest: z.string().nullable(),
    id: Uuid.nullable().meta({
      description: 'Null, like the digest, if the caller may not see the dataset.',
    }),
  })
  .meta({ id: 'UsedDataset', description: 'A dataset at the digest that was used.' });

const described = {
  name: Title.nullable().optional(),
  description: Description.nullable().optional(),
  framework: Framework.nullable().optional(),
};

export const VersionCreate = z
  .strictObject({
    version: VersionName,
    ...described,
    status: Status.optional(),
    metadata: Metadata.optional(),
    tags: Tags.optional(),
    aliases: Aliases.optional(),
    files: TrackedFiles.optional(),
    metrics: MetricsInput.optional(),
    datasets: z.array(DatasetMention).max(256).optional(),
    source: SourceInput.nullable().optional(),
  })
  .meta({
    id: 'VersionCreate',
    description:
      'With `files` (also `[]`) or `status: ready`, the version is ready at once. Otherwise it is ' +
      'pending until it is finalized, which also sets its `aliases`.',
  });
export type VersionCreate = z.infer<typeof VersionCreate>;

export const VersionUpdate = z
  .strictObject({
    ...described,
    metadata: MetadataPatch.nullable().optional(),
    tags: PatchedTags.nullable().optional(),
  })
  .meta({ id: 'VersionUpdate' });

export const Version = z
  .object({
    namespace: NamespacePath,
    model: z.string().meta({ description: 'The name of the model.' }),
    modelId: Uuid,
    version: VersionName,
    name: Title.nullable(),
    description: Description.nullable(),
    framework: Framework.nullable(),
    status: Status,
    metadata: Metadata,
    tags: Tags,
    aliases: Aliases,
    files: z.array(File).meta({ description: 'The first 100 files by path. `/files` lists all.' }),
    fileCount: Count,
    metrics: LatestMetrics,
    evaluations: LatestEvaluations,
    datasets: z.array(UsedDataset),
    source: Source.nullable(),
    readyAt: Timestamp.nullable(),
    ...retained,
    ...deletable,
    hidden,
  })
  .meta({ id: 'Version', description: 'A version of a model.' });
export type Version = z.infer<typeof Version>;

/** Objects that the body of a new version names beside its model. Creation and promotion need the same permissions. */
export const newVersionTouches = {
  aliases: {
    kind: 'alias',
    at: 'body.aliases[]',
    under: 'model',
    permission: 'alias.move',
    create: 'alias.move',
  },
  datasets: {
    kind: 'dataset',
    at: 'body.datasets[]',
    under: 'model',
    permission: 'dataset.read',
    create: 'dataset.create',
  },
  measured: {
    kind: 'dataset',
    at: 'body.metrics[].dataset',
    under: 'model',
    permission: 'dataset.read',
    create: 'dataset.create',
  },
} as const;

const inModel = z.strictObject({ model: REFS.model });
const params = z.strictObject({ version: REFS.version });
const path = '/v1/versions/{version}';
const tag = 'versions';

export const versionRoutes = [
  route({
    id: 'models.versions.create',
    method: 'POST',
    cost: 'fixed',
    path: '/v1/models/{model}/versions',
    tag,
    summary: 'Create a version of a model',
    description:
      'Repeating the same create returns the existing version with 200. A different body returns 409.',
    params: inModel,
    body: VersionCreate,
    answers: { 200: Version, 201: Version },
    conditional: true,
    subject: 'model',
    touches: {
      model: { kind: 'model', at: 'params.model', permission: 'version.create' },
      ...newVersionTouches,
      checkpoint: { kind: 'checkpoint', at: 'body.source.checkpoint', permission: 'checkpoint.read' },
      experiment: { kind: 'experiment', at: 'body.source.experiment', permission: 'experiment.read' },
      base: { kind: 'version', at: 'body.source.version', under: 'model', permission: 'version.read' },
    },
  }),
  route({
    id: 'models.versions.list',
    method: 'GET',
    cost: 'variable',
    path: '/v1/models/{model}/versions',
    tag,
    summary: 'List the versions of a model',
    params: inModel,
    query: z.strictObject({ includeDeleted, ...listQuery }),
    answers: { 200: page('VersionPage', Version) },
    touches: { model: { kind: 'model', at: 'params.model', permission: 'version.read' } },
  }),
  ...lifecycleRoutes('version', { answer: Version, update: VersionUpdate }),
  route({
    id: 'versions.finalize',
    method: 'POST',
    cost: 'fixed',
    path: `${path}/finalize`,
    tag,
    summary: 'Finalize a pending version: its file set becomes immutable',
    description: 'Sets the aliases of the create. A ready version is returned unchanged.',
    params,
    body: z.strictObject({}),
    bodyOptional: true,
    answers: { 200: Version },
    conditional: true,
    touches: { version: { kind: 'version', at: 'params.version', permission: 'version.write' } },
  }),
] as const;

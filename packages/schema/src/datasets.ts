import { z } from 'zod';
import { listQuery, page } from './lists.ts';
import { auditFields, Metadata, MetadataPatch, Name, NamespacePath, Uri } from './primitives.ts';
import { REFS } from './resources.ts';
import { route } from './route.ts';
import { hidden } from './views.ts';

const identity = { namespace: NamespacePath, name: Name };
const Digest = z.string().min(1).max(256).meta({
  description: 'An identifier of the content in any form, for example `sha256:…`.',
});

export const DatasetCreate = z
  .strictObject({
    ...identity,
    uri: Uri.nullable().optional(),
    digest: Digest.nullable().optional(),
    metadata: Metadata.optional(),
  })
  .meta({ id: 'DatasetCreate' });

export const DatasetUpdate = z
  .strictObject({
    uri: Uri.nullable().optional(),
    digest: Digest.nullable().optional(),
    metadata: MetadataPatch.nullable().optional(),
  })
  .meta({ id: 'DatasetUpdate' });

export const Dataset = z
  .object({
    ...identity,
    uri: Uri.nullable(),
    digest: Digest.nullable(),
    metadata: Metadata,
    ...auditFields,
    hidden,
  })
  .meta({ id: 'Dataset', description: 'A reference to data that is stored outside of ModelBox.' });
export type Dataset = z.infer<typeof Dataset>;

const params = z.strictObject({ dataset: REFS.dataset });
const path = '/v1/datasets/{dataset}';
const tag = 'datasets';

export const datasetRoutes = [
  route({
    id: 'datasets.create',
    method: 'POST',
    cost: 'fixed',
    path: '/v1/datasets',
    tag,
    summary: 'Create a dataset',
    description: 'If the dataset exists, it is returned unchanged with 200.',
    body: DatasetCreate,
    answers: { 200: Dataset, 201: Dataset },
    conditional: true,
    touches: {
      namespace: {
        kind: 'namespace',
        at: 'body.namespace',
        permission: 'dataset.create',
        create: 'dataset.create',
      },
    },
  }),
  route({
    id: 'datasets.list',
    method: 'GET',
    cost: 'variable',
    path: '/v1/datasets',
    tag,
    summary: 'List datasets',
    query: z.strictObject({
      namespace: NamespacePath.optional(),
      recursive: z
        .boolean()
        .optional()
        .meta({ description: 'Includes the namespaces below.', default: false }),
      ...listQuery,
    }),
    answers: { 200: page('DatasetPage', Dataset) },
    touches: {
      namespace: {
        kind: 'namespace',
        at: 'query.namespace',
        permission: 'dataset.read',
        create: 'dataset.read',
      },
    },
  }),
  route({
    id: 'datasets.get',
    method: 'GET',
    cost: 'fixed',
    path,
    tag,
    summary: 'Read a dataset',
    params,
    answers: { 200: Dataset },
    conditional: true,
    touches: { dataset: { kind: 'dataset', at: 'params.dataset', permission: 'dataset.read' } },
  }),
  route({
    id: 'datasets.update',
    method: 'PATCH',
    cost: 'fixed',
    path,
    tag,
    summary: 'Update a dataset by JSON merge patch',
    params,
    body: DatasetUpdate,
    answers: { 200: Dataset },
    conditional: true,
    touches: { dataset: { kind: 'dataset', at: 'params.dataset', permission: 'dataset.write' } },
  }),
] as const;

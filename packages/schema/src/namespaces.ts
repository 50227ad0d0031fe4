import { z } from 'zod';
import { listQuery, page } from './lists.ts';
import { auditFields, Count, Description, Metadata, MetadataPatch, NamespacePath } from './primitives.ts';
import { route } from './route.ts';
import { hidden } from './views.ts';

export const Namespace = z
  .object({
    path: NamespacePath,
    description: Description.nullable(),
    metadata: Metadata,
    quotaBytes: Count.nullable().meta({
      description: 'The storage quota in bytes for the namespace and all below it. Null: unlimited.',
    }),
    ...auditFields,
    hidden,
  })
  .meta({
    id: 'Namespace',
    description: 'A path that organizes the models and experiments of a team. Created on first use.',
  });
export type Namespace = z.infer<typeof Namespace>;

export const NamespaceUpdate = z
  .strictObject({
    description: Description.nullable().optional(),
    metadata: MetadataPatch.nullable().optional(),
    quotaBytes: Count.nullable().optional(),
  })
  .meta({ id: 'NamespaceUpdate' });

export const NamespaceUsage = z
  .object({
    namespace: NamespacePath,
    quotaBytes: Count.nullable(),
    usedBytes: Count.meta({ description: 'Stored bytes. Content shared by several files counts once.' }),
    uploadingBytes: Count.meta({ description: 'Bytes that open uploads have reserved.' }),
    files: Count,
    contents: Count,
  })
  .meta({
    id: 'NamespaceUsage',
    description:
      'The storage use of a namespace and all below it. Files of deleted objects count until they are ' +
      'purged. Tracked files do not count.',
  });
export type NamespaceUsage = z.infer<typeof NamespaceUsage>;

const params = z.strictObject({ namespace: NamespacePath });
const touches = (permission: 'namespace.read' | 'namespace.write') =>
  ({ namespace: { kind: 'namespace', at: 'params.namespace', permission } }) as const;

export const namespaceRoutes = [
  route({
    id: 'namespaces.list',
    method: 'GET',
    cost: 'variable',
    path: '/v1/namespaces',
    tag: 'namespaces',
    summary: 'List namespaces, by path',
    query: z.strictObject({
      under: NamespacePath.optional().meta({ description: 'Only namespaces below this one.' }),
      ...listQuery,
    }),
    answers: { 200: page('NamespacePage', Namespace) },
    touches: {
      under: { kind: 'namespace', at: 'query.under', permission: 'namespace.read', create: 'namespace.read' },
    },
  }),
  route({
    id: 'namespaces.get',
    method: 'GET',
    cost: 'fixed',
    path: '/v1/namespaces/{namespace}',
    tag: 'namespaces',
    summary: 'Read a namespace',
    params,
    answers: { 200: Namespace },
    conditional: true,
    touches: touches('namespace.read'),
  }),
  route({
    id: 'namespaces.update',
    method: 'PATCH',
    cost: 'fixed',
    path: '/v1/namespaces/{namespace}',
    tag: 'namespaces',
    summary: 'Update a namespace by JSON merge patch',
    params,
    body: NamespaceUpdate,
    answers: { 200: Namespace },
    conditional: true,
    subject: 'namespace',
    touches: {
      ...touches('namespace.write'),
      quota: {
        kind: 'namespace',
        at: 'params.namespace',
        when: 'body.quotaBytes',
        permission: 'namespace.quota',
      },
    },
  }),
  route({
    id: 'namespaces.usage',
    method: 'GET',
    cost: 'variable',
    path: '/v1/namespaces/{namespace}/usage',
    tag: 'namespaces',
    summary: 'Read the storage use of a namespace and all below it',
    params,
    answers: { 200: NamespaceUsage },
    touches: touches('namespace.read'),
  }),
  route({
    id: 'namespaces.delete',
    method: 'DELETE',
    cost: 'fixed',
    path: '/v1/namespaces/{namespace}',
    tag: 'namespaces',
    summary: 'Delete an empty namespace',
    description:
      'A namespace with a quota, grants or protected aliases also requires `namespace.quota`, ' +
      '`grant.write` or `alias.protect`. If the path is created again within `MODELBOX_DELETE_GRACE`, ' +
      'the namespace has these again.',
    params,
    answers: { 204: 'empty' },
    conditional: true,
    // A repeated request may name a namespace that is already deleted: the verb answers it by its Idempotency-Key.
    touches: {
      namespace: {
        kind: 'namespace',
        at: 'params.namespace',
        permission: 'namespace.delete',
        create: 'namespace.delete',
      },
    },
  }),
] as const;

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
      description: 'Bytes of content that may be stored in it and in all namespaces below; null: any.',
    }),
    ...auditFields,
    hidden,
  })
  .meta({
    id: 'Namespace',
    description: "A path that organizes a team's models and experiments. Made on first use.",
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
    usedBytes: Count.meta({ description: 'Each content once, however many files have it.' }),
    uploadingBytes: Count.meta({ description: 'Announced by uploads in parts that are not over.' }),
    files: Count,
    contents: Count,
  })
  .meta({
    id: 'NamespaceUsage',
    description:
      'What is stored in a namespace and all below it. Files of deleted objects count until these are purged; tracked ' +
      'files count nothing.',
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
      under: NamespacePath.optional().meta({ description: 'Only what lies below this namespace.' }),
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
    summary: 'Change a namespace by JSON merge patch',
    params,
    body: NamespaceUpdate,
    answers: { 200: Namespace },
    conditional: true,
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
    summary: 'Read how much is stored in a namespace and all below it',
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
    summary: 'Delete a namespace that is empty',
    description:
      'One that has a quota, grants or protected aliases takes `namespace.quota`, `grant.write` or `alias.protect` too. A ' +
      'namespace that is made under its path within `MODELBOX_DELETE_GRACE` has these again.',
    params,
    answers: { 204: 'empty' },
    conditional: true,
    // One that is gone may be the subject of a repeated request, which its key answers: the verb decides.
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

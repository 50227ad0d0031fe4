import { z } from 'zod';
import { listQuery, page } from './lists.ts';
import { Description, Metadata, MetadataPatch, NamespacePath, stamps } from './primitives.ts';
import { route } from './route.ts';

export const Namespace = z
  .object({
    path: NamespacePath,
    description: Description.nullable(),
    metadata: Metadata,
    ...stamps,
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
  })
  .meta({ id: 'NamespaceUpdate' });

const params = z.strictObject({ namespace: NamespacePath });
const touches = (permission: 'namespace.read' | 'namespace.write') =>
  ({ namespace: { kind: 'namespace', at: 'params.namespace', permission } }) as const;

export const namespaceRoutes = [
  route({
    id: 'namespaces.list',
    method: 'GET',
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
    path: '/v1/namespaces/{namespace}',
    tag: 'namespaces',
    summary: 'Change a namespace by JSON merge patch',
    params,
    body: NamespaceUpdate,
    answers: { 200: Namespace },
    conditional: true,
    touches: touches('namespace.write'),
  }),
  route({
    id: 'namespaces.delete',
    method: 'DELETE',
    path: '/v1/namespaces/{namespace}',
    tag: 'namespaces',
    summary: 'Delete a namespace that is empty',
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

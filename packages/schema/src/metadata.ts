import { aKind, ownerParams, ownerPath } from './owners.ts';
import { Metadata, MetadataPatch } from './primitives.ts';
import type { OwnerKind } from './resources.ts';
import { route } from './route.ts';

/** The ETag of metadata is that of its object. */
export const metadataRoutes = <K extends OwnerKind>(kind: K) =>
  [
    route({
      id: `${kind}s.metadata.get`,
      method: 'GET',
      cost: 'fixed',
      path: `${ownerPath(kind)}/metadata`,
      tag: `${kind}s`,
      summary: `Read the metadata of ${aKind(kind)}`,
      params: ownerParams(kind),
      answers: { 200: Metadata },
      conditional: true,
      touches: { object: { kind, at: `params.${kind}`, permission: `${kind}.read` } },
    }),
    route({
      id: `${kind}s.metadata.update`,
      method: 'PATCH',
      cost: 'fixed',
      path: `${ownerPath(kind)}/metadata`,
      tag: `${kind}s`,
      summary: `Update the metadata of ${aKind(kind)} by JSON merge patch`,
      description:
        `Without the permission \`${kind}.read\`, the answer contains only the members that the patch ` +
        `names.`,
      params: ownerParams(kind),
      body: MetadataPatch,
      answers: { 200: Metadata },
      conditional: true,
      echoes: `${kind}.read`,
      touches: { object: { kind, at: `params.${kind}`, permission: `${kind}.write` } },
    }),
  ] as const;

import { OWNER_KINDS, type OwnerKind } from '@modelbox/schema';
import { readObject } from '../../core/objects/read.ts';
import { updateObject } from '../../core/objects/update.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import type { Answered, Serve } from '../../protocol/verb.ts';

export function metadataRoutes(serve: Serve): void {
  for (const kind of OWNER_KINDS) {
    serve(`${kind}s.metadata.get`, (c, { touched }) => getMetadata(c, kind, touched.object));
    serve(`${kind}s.metadata.update`, (c, { touched, body }) =>
      updateObject(c, c.kinds.owners[kind], touched.object, { metadata: body }, `${kind}.metadata`),
    );
  }
}

async function getMetadata(ctx: RequestContext, kind: OwnerKind, object: Located): Promise<Answered> {
  const { body, etag } = await readObject(ctx, kind, object.id);
  return { status: 200, body: (body as { metadata: unknown }).metadata, ...(etag ? { etag } : {}) };
}

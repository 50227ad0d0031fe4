import type { ObjectKind } from '@modelbox/schema';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import type { CacheableAnswer } from '../../protocol/verb.ts';
import { readObject } from './read.ts';
import { deleted } from './store.ts';

/** Reads an object. A deleted object is 404, unless the request has `includeDeleted`. */
export async function getObject(
  ctx: RequestContext,
  kind: ObjectKind,
  object: Located,
  query: { includeDeleted?: boolean | undefined } = {},
): Promise<CacheableAnswer> {
  if (object.deletedAt && !query.includeDeleted) throw deleted(object);
  const { body, etag, crossNamespace } = await readObject(ctx, kind, object.id);
  return { status: 200, body, ...(etag ? { etag } : {}), crossNamespace };
}

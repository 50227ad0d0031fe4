import { readObject } from '../core/objects/read.ts';
import type { CallerReadKind, ReadKind, RequestContext } from '../protocol/context.ts';
import type { Answered, Receipt } from '../protocol/verb.ts';
import { listAllFiles } from '../resources/files/read.ts';

export async function readBack(ctx: RequestContext, { status, object }: Receipt): Promise<Answered> {
  if (object === null) return { status };
  const [kind, part] = object.kind.split('.') as [ReadKind | CallerReadKind, string | undefined];
  if (part === 'files') return { status, body: { items: await listAllFiles(ctx, object.id) } };
  const { body, etag } = await readObject(ctx, kind, object.id);
  const { metadata, metrics, evaluations } = body as Record<string, unknown>;
  // Metrics do not change the ETag, so their answers have none.
  if (part === 'metrics') return { status, body: { metrics, evaluations } };
  return { status, body: part === 'metadata' ? metadata : body, ...(etag ? { etag } : {}) };
}

import type { Tx } from '@modelbox/db';
import type { RequestContext } from '../../protocol/context.ts';
import type { Place } from '../../protocol/located.ts';
import { byOf } from './change.ts';
import { takeRoot } from './root-namespaces.ts';

/**
 * Returns the id of a namespace, and creates it and its parents if they are missing. A caller who creates a root
 * without being an administrator becomes its admin.
 * @param place as located: a namespace that still has this id needs no second check of the rights to create it.
 */
export async function ensureNamespace(
  tx: Tx,
  ctx: RequestContext,
  { id, namespace: path, needs }: Pick<Place, 'id' | 'namespace' | 'needs'>,
): Promise<string> {
  const [row] = await tx.$queryRaw<
    [{ id: string }]
  >`SELECT ensure_namespace(${path}, ${byOf(ctx)}::jsonb, ${ctx.now()}) AS id`;
  if (row.id !== id) await takeRoot(tx, ctx, path, needs);
  return row.id;
}

import type { Tx } from '@modelbox/db';
import type { RequestContext } from '../../protocol/context.ts';
import type { Place } from '../../protocol/located.ts';
import { byOf } from './change.ts';
import { takeRoot } from './root-namespaces.ts';

/**
 * The id of the namespace at a place; it and its parents come into being where they are missing. Whoever takes a root
 * by that, without being an administrator, becomes its admin.
 * @param place as it was located: what is still there needs no second look at who may make it.
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

import { takeRoot } from '../access/root-namespaces.ts';
import type { RequestContext } from '../context.ts';
import { byOf } from './change.ts';
import type { Tx } from './write.ts';

/**
 * The id of the namespace at a path; it and its parents come into being where they are missing. Whoever takes a root
 * by that, without being an administrator, becomes its admin.
 */
export async function ensureNamespace(tx: Tx, ctx: RequestContext, path: string): Promise<string> {
  const [row] = await tx.$queryRaw<
    [{ id: string }]
  >`SELECT ensure_namespace(${path}, ${byOf(ctx)}::jsonb, ${ctx.now()}) AS id`;
  await takeRoot(tx, ctx, path);
  return row.id;
}

import type { Tx } from '@modelbox/db';
import type { Context } from '../../protocol/context.ts';
import { HttpProblem } from '../../protocol/problem.ts';

/** Returns the error for an object whose files retention removed. Advises a restore only while that is possible. */
export async function withoutFiles(tx: Tx, ctx: Context, id: string, name: string): Promise<HttpProblem> {
  const [restorable] = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM removed_files WHERE object_id = ${id}::uuid AND purge_at > ${ctx.now()} LIMIT 1`;
  const advice = restorable ? `Restore ${name} first.` : 'They can no longer be restored.';
  return new HttpProblem('not_ready', `Retention removed the files of ${name}. ${advice}`, { id });
}

import { type Sql, sqlOn } from '@modelbox/db';
import type { Context } from '../../protocol/context.ts';
import { noteSuspended, type Suspended } from '../engine/note-suspended.ts';
import { suspensionsOf } from '../owners/suspensions.ts';
import type { Scope } from './scope.ts';

export const suspensionOf = async (
  ctx: Pick<Context, 'settings' | 'now'>,
  sql: Sql,
  { policy, section }: Scope,
): Promise<string | undefined> => (await suspensionsOf(ctx, sql, policy, [section]))[section];

/** Whether a retention rule is suspended. If so, stores a decision about it. */
export async function isSuspended(ctx: Context, scope: Scope): Promise<boolean> {
  const sql = sqlOn(ctx.db.background);
  const words = await suspensionOf(ctx, sql, scope);
  if (words === undefined) return false;
  const { id, name, section, source } = scope;
  const kind: Suspended['kind'] = scope.kind === 'version' ? 'model' : 'namespace';
  await noteSuspended(sql, { section, words, kind, id, name, source }, ctx.now());
  return true;
}

import { backupLock } from '@modelbox/db';
import type { Context } from '../../protocol/context.ts';

/**
 * Whether a backup is copying stored content. Call it after you have read what to remove: if no backup runs then, a
 * later backup copies a database that no longer refers to that content.
 */
export async function isBackingUp({ db, log }: Context): Promise<boolean> {
  const { rows } = await db.background.query<{ free: boolean }>(
    `SELECT pg_try_advisory_xact_lock_shared(${backupLock}) AS free`,
  );
  if (rows[0]?.free) return false;
  log.info('a backup is running: content that no file refers to is removed later');
  return true;
}

import { backupLock } from '@modelbox/db';
import type { Context } from '../../protocol/context.ts';

/**
 * Whether a backup is copying stored content. Call it after you have read what to remove. A backup that starts later
 * copies a database without references to that content.
 */
export async function isBackingUp({ db, log }: Context): Promise<boolean> {
  const { rows } = await db.background.query<{ free: boolean }>(
    `SELECT pg_try_advisory_xact_lock_shared(${backupLock}) AS free`,
  );
  if (rows[0]?.free) return false;
  log.info('a backup is running: content that no file refers to is removed later');
  return true;
}

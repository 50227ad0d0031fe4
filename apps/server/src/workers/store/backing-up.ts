import { backupLock } from '@modelbox/db';
import type { Context } from '../../protocol/context.ts';

/**
 * Whether a backup copies stored content now. To be asked after what is to be removed has been read: if no backup runs
 * then, the next one begins with a database that refers to none of it any more.
 */
export async function isBackingUp({ db, log }: Context): Promise<boolean> {
  const { rows } = await db.background.query<{ free: boolean }>(
    `SELECT pg_try_advisory_xact_lock_shared(${backupLock}) AS free`,
  );
  if (rows[0]?.free) return false;
  log.info('a backup is running: content that no file refers to is removed later');
  return true;
}

import type { Database } from '@modelbox/db';
import type { Logger } from 'pino';

/** Detects that the database was restored from a dump. Then no stored copy is trusted until its bytes were read. */
export async function noteRestore(db: Database, now: Date, log: Logger): Promise<void> {
  const { rows } = await db.background.query<{ noted: boolean }>('SELECT note_restore($1) AS noted', [now]);
  if (rows[0]?.noted)
    log.warn('the database was restored: stored content is read again before it is trusted');
}

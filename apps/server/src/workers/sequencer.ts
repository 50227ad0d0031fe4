import type { Database } from '@modelbox/db';
import type { Logger } from 'pino';
import { type Loop, startLoop } from '../runtime/loop.ts';
import type { Wakeup } from '../runtime/wakeup.ts';

/** Milliseconds between polls, and changes per transaction. */
const INTERVAL = 250;
const BATCH = 5000;

/**
 * Numbers committed changes with `seq`. Every server runs this worker; a lock in the database makes them take turns.
 */
export function startSequencer(db: Database, log: Logger, sequenced: Wakeup): Loop {
  return startLoop('sequencer', INTERVAL, log, async () => {
    for (let count = BATCH; count === BATCH; ) {
      count = await sequence(db, BATCH);
      if (count > 0) sequenced.wake();
    }
  });
}

export async function sequence(db: Database, limit: number): Promise<number> {
  const { rows } = await db.background.query<{ count: number }>('SELECT sequence_changes($1) AS count', [
    limit,
  ]);
  return rows[0]?.count ?? 0;
}

export async function unsequencedCount(db: Database): Promise<number> {
  const { rows } = await db.background.query<{ count: number }>(
    'SELECT count(*) AS count FROM changes WHERE seq IS NULL',
  );
  return rows[0]?.count ?? 0;
}

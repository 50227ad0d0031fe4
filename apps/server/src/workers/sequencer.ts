import type { Database } from '@modelbox/db';
import type { Logger } from 'pino';
import { type Loop, startLoop } from '../runtime/loop.ts';
import type { Wakeup } from '../runtime/wakeup.ts';

/** Milliseconds between looks, and changes that get their place in one transaction. */
const INTERVAL = 250;
const BATCH = 5000;

/** Gives committed changes their place in the feed. Any server may do it; they take turns in the database. */
export function startSequencer(db: Database, log: Logger, sequenced: Wakeup): Loop {
  return startLoop('sequencer', INTERVAL, log, async () => {
    for (let count = BATCH; count === BATCH; ) {
      count = await sequence(db, BATCH);
      if (count > 0) sequenced.wake();
    }
  });
}

/** Sequences one batch, and answers how many changes it had. */
export async function sequence(db: Database, limit: number): Promise<number> {
  const { rows } = await db.background.query<{ count: number }>('SELECT sequence_changes($1) AS count', [
    limit,
  ]);
  return rows[0]?.count ?? 0;
}

/** Committed changes that have no place yet. */
export async function unsequencedCount(db: Database): Promise<number> {
  const { rows } = await db.background.query<{ count: number }>(
    'SELECT count(*) AS count FROM changes WHERE seq IS NULL',
  );
  return rows[0]?.count ?? 0;
}

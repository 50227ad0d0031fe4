import type { Tx } from '@modelbox/db';

/**
 * Locks a key until the transaction ends. The lock needs its own statement. A statement that also reads would miss what
 * others commit while it waits.
 * @param how `shared` excludes only transactions that lock `alone`.
 */
export async function lockKey(tx: Tx, key: string, how: 'alone' | 'shared' = 'alone'): Promise<void> {
  await (how === 'alone'
    ? tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))::text`
    : tx.$queryRaw`SELECT pg_advisory_xact_lock_shared(hashtextextended(${key}, 0))::text`);
}

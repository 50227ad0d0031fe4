import type { Pool } from 'pg';

/**
 * One transaction that leaves no row behind, so nothing needs a vacuum.
 * - The sort exceeds its memory and writes a file of about 100 kB beside the tables, which proves that their disk has
 *   space.
 * - The message makes the commit write and flush the log, and wait for a synchronous standby. A standby rejects it.
 *   Only a program that decodes the log could see the message.
 */
const proof = `
  SET LOCAL work_mem = '64kB';
  SET LOCAL temp_tablespaces = '';
  SELECT count(*) FROM (SELECT n FROM generate_series(1, 5000) AS n ORDER BY n DESC OFFSET 0) AS sorted;
  SELECT pg_logical_emit_message(true, 'modelbox', 'ready')`;

/** Rejects unless the database can commit a write now: it is not a standby, and its disks have space. */
export async function proveWritable(pool: Pool): Promise<void> {
  await pool.query(proof);
}

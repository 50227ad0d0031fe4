import { migrate, openDatabase, requirePostgres } from '@modelbox/db';
import { createTestDatabase, type TestDatabase } from '@modelbox/db/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startLoad } from './load.ts';
import { findPgBouncer, type PgBouncer, startPgBouncer } from './pgbouncer.ts';
import { cleanUp, newFolder, runServer } from './process.ts';

vi.setConfig({ testTimeout: 120_000 });

const found = await findPgBouncer();
const reason = 'reason' in found ? found.reason : undefined;
const root = 'root' in found ? found.root : '';

let database: TestDatabase | undefined;
let pooler: PgBouncer | undefined;
beforeEach(async () => {
  database = reason === undefined ? await createTestDatabase() : undefined;
});
afterEach(async () => {
  await cleanUp();
  await pooler?.stop();
  await database?.drop();
});

async function start(settings: Record<string, string>): Promise<string> {
  pooler = await startPgBouncer(root, database?.url ?? '', settings);
  return pooler.url;
}

/** Makes PgBouncer accept and ignore every startup parameter of the server. */
const ignored =
  'options,extra_float_digits,bytea_output,array_nulls,transform_null_equals,gin_fuzzy_search_limit,IntervalStyle,' +
  'default_transaction_isolation,default_transaction_read_only,default_transaction_deferrable,synchronous_commit,' +
  'exit_on_error,default_table_access_method,plpgsql.extra_errors,search_path,statement_timeout,lock_timeout,' +
  'idle_in_transaction_session_timeout';

if (reason !== undefined && process.env['CI']) test('PgBouncer', () => Promise.reject(new Error(reason)));

describe.skipIf(reason)(`PgBouncer${reason ? ` [not run: ${reason}]` : ''}`, () => {
  test('session mode: a server works, with the stock configuration', async () => {
    const url = await start({ pool_mode: 'session' });
    const server = runServer({ DATABASE_URL: url, MODELBOX_DATA_DIR: newFolder() });
    const at = await server.url;
    const load = await startLoad(at);
    await expect.poll(load.fewest, { timeout: 60_000 }).toBeGreaterThan(12);
    expect((await fetch(`${at}/readyz`)).status).toBe(200);
    await load.stop();
    expect(load.faults).toEqual([]);
    await load.verify(at);
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  });

  test.each([
    ['refused', {}],
    ['ignored', { ignore_startup_parameters: ignored }],
  ])('session mode: the pinned settings apply if startup parameters are %s', async (_, settings) => {
    const url = await start({ pool_mode: 'session', ...settings });
    const settingsBy = await requirePostgres(url);
    expect(settingsBy).toBe('statement');
    const db = openDatabase({ url, settingsBy });
    const sql = `SELECT current_setting('statement_timeout') AS timeout, current_setting('search_path') AS path,
      current_setting('default_transaction_read_only') AS "readOnly", current_setting('TimeZone') AS zone`;
    const own = { timeout: '30s', path: '"public"', readOnly: 'off', zone: 'UTC' };
    expect((await db.requests.query(sql)).rows).toEqual([own]);
    expect(await db.prisma.$queryRawUnsafe(sql)).toEqual([own]);
    expect((await db.lists.query(sql)).rows).toEqual([{ ...own, timeout: '10s', readOnly: 'on' }]);
    await db.close();
  });

  test('session mode: a pool of one connection is refused', async () => {
    const url = await start({ pool_mode: 'session', default_pool_size: '1', query_wait_timeout: '1' });
    await expect(requirePostgres(url)).rejects.toThrow(/allows only one connection \(query_wait_timeout\)/);
  });

  test('session mode: sessions that the pooler does not reset serve a second server', async () => {
    const url = await start({ pool_mode: 'session', server_reset_query: '' });
    for (let round = 0; round < 2; round++) {
      const settingsBy = await requirePostgres(url);
      await migrate({ url, settingsBy });
      const db = openDatabase({ url, settingsBy });
      const first = await db.requests.connect();
      expect((await first.query({ name: 'one', text: 'SELECT 1 AS one' })).rows).toEqual([{ one: 1 }]);
      first.release();
      const { rows } = await db.requests.query(
        `SELECT count(*)::int AS locks FROM pg_locks WHERE locktype = 'advisory'
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      expect(rows).toEqual([{ locks: 0 }]);
      await db.close();
    }
  });

  test.each([
    ['transaction', {}],
    ['transaction', { ignore_startup_parameters: ignored }],
    ['transaction', { ignore_startup_parameters: ignored, server_round_robin: '1', min_pool_size: '10' }],
  ])('%s mode is refused in one sentence that says what to do (%j)', async (mode, settings) => {
    const url = await start({ pool_mode: mode, ...settings });
    await expect(requirePostgres(url)).rejects.toThrow(
      /^The Postgres at [^ ]+ is behind a pooler in transaction mode, .*; set pool_mode = session .*Postgres itself\.$/,
    );
  });

  test('statement mode is refused', async () => {
    const url = await start({ pool_mode: 'statement' });
    await expect(requirePostgres(url)).rejects.toThrow(/cannot be used: .*statement pooling mode\.$/);
  });
});

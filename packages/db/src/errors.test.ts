import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from './client.ts';
import {
  isForeignKeyViolation,
  isRetryable,
  isStatementTimeout,
  isUnavailable,
  isUniqueViolation,
  postgresFailure,
} from './errors.ts';
import { type EmbeddedPostgres, startTestPostgres } from './testing/index.ts';

let postgres: EmbeddedPostgres;
let database: Database;
let other: Database;

beforeAll(async () => {
  postgres = await startTestPostgres({ durable: false });
  const url = postgres.connectionString;
  database = openDatabase({ url, poolSize: 2, connectionTimeout: 1500, applicationName: 'victim' });
  other = openDatabase({ url, poolSize: 1, applicationName: 'other' });
  await database.requests.query(`
    CREATE TABLE item (id int PRIMARY KEY, name text CONSTRAINT item_name_key UNIQUE,
                       parent int CONSTRAINT item_parent_fkey REFERENCES item);
    INSERT INTO item VALUES (1, 'a'), (2, 'b')`);
});
afterAll(async () => {
  await database.close();
  await other.close();
  await postgres.stop();
});

/** The error of each way to Postgres: a statement of our own, a raw one of Prisma, one in a transaction of Prisma. */
async function failures(text: string): Promise<unknown[]> {
  const { requests, prisma } = database;
  return Promise.all([
    caught(requests.query(text)),
    caught(prisma.$executeRawUnsafe(text)),
    caught(prisma.$transaction((tx) => tx.$queryRawUnsafe(text))),
    caught(prisma.$transaction([prisma.$executeRawUnsafe(text)])),
  ]);
}

async function caught(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('did not fail');
}

describe('refused statements', () => {
  test('a unique violation names its constraint', async () => {
    for (const error of await failures("INSERT INTO item VALUES (3, 'a')")) {
      expect(isUniqueViolation(error)).toBe(true);
      expect(isUniqueViolation(error, 'item_name_key')).toBe(true);
      expect(isUniqueViolation(error, 'item_pkey')).toBe(false);
      expect(isForeignKeyViolation(error) || isUnavailable(error) || isRetryable(error)).toBe(false);
    }
  });

  test('a foreign key violation names its constraint', async () => {
    for (const error of await failures("INSERT INTO item VALUES (3, 'c', 9)")) {
      expect(isForeignKeyViolation(error, 'item_parent_fkey')).toBe(true);
      expect(isUniqueViolation(error)).toBe(false);
    }
  });

  test('a row that others refer to is kept, by RESTRICT and by NO ACTION', async () => {
    for (const action of ['RESTRICT', 'NO ACTION']) {
      const sql = `DO $$ BEGIN
        CREATE TEMP TABLE whole (id int PRIMARY KEY);
        CREATE TEMP TABLE part (whole int CONSTRAINT part_whole REFERENCES whole ON DELETE ${action});
        INSERT INTO whole VALUES (1); INSERT INTO part VALUES (1); DELETE FROM whole; END $$`;
      for (const error of await failures(sql)) expect(isForeignKeyViolation(error, 'part_whole')).toBe(true);
    }
  });

  test('a function of ours raises a code of its own, with a detail', async () => {
    const raise = `DO $$ BEGIN RAISE 'no such thing' USING ERRCODE = 'MB042', DETAIL = '{"a":1}'; END $$`;
    for (const error of await failures(raise)) {
      expect(postgresFailure(error)).toMatchObject({
        code: 'MB042',
        message: 'no such thing',
        detail: '{"a":1}',
      });
      expect(isUnavailable(error)).toBe(false);
    }
  });

  test('a statement timeout', async () => {
    const slow = openDatabase({ url: postgres.connectionString, poolSize: 1, statementTimeout: 20 });
    for (const error of [
      await caught(slow.requests.query('SELECT pg_sleep(5)')),
      await caught(slow.prisma.$executeRaw`SELECT pg_sleep(5)`),
    ]) {
      expect(isStatementTimeout(error)).toBe(true);
      expect(isUnavailable(error)).toBe(false);
    }
    await slow.close();
  });

  test('errors that are not of the database', () => {
    for (const error of [new Error('x'), undefined, null, 'ECONNREFUSED', { code: 'P2025' }, { code: 7 }]) {
      expect(isUnavailable(error) || isRetryable(error) || isUniqueViolation(error)).toBe(false);
      expect(postgresFailure(error)).toBeUndefined();
    }
  });
});

describe('transactions that lost', () => {
  /**
   * Runs two transactions at once, each on both rows, and returns the errors of the losers.
   * `both` waits until each transaction has called it.
   */
  async function losers(
    run: (first: number, second: number, both: () => Promise<void>) => Promise<unknown>,
  ): Promise<unknown[]> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let missing = 2;
    const both = () => {
      missing -= 1;
      if (missing === 0) resolve();
      return promise;
    };
    const results = await Promise.allSettled([run(1, 2, both), run(2, 1, both)]);
    return results.filter((result) => result.status === 'rejected').map((result) => result.reason);
  }

  test('deadlocks', async () => {
    const viaPg = await losers(async (first, second, both) => {
      const client = await database.requests.connect();
      try {
        await client.query('BEGIN');
        await client.query('UPDATE item SET parent = NULL WHERE id = $1', [first]);
        await both();
        await client.query('UPDATE item SET parent = NULL WHERE id = $1', [second]);
      } finally {
        await client.query('ROLLBACK');
        client.release();
      }
    });
    const viaPrisma = await losers((first, second, both) =>
      database.prisma.$transaction(async (tx) => {
        await tx.$executeRaw`UPDATE item SET parent = NULL WHERE id = ${first}`;
        await both();
        await tx.$executeRaw`UPDATE item SET parent = NULL WHERE id = ${second}`;
      }),
    );
    expect([viaPg.length, viaPrisma.length]).toEqual([1, 1]);
    for (const error of [...viaPg, ...viaPrisma]) {
      expect(isRetryable(error)).toBe(true);
      expect(isUnavailable(error)).toBe(false);
    }
  });

  test('serialization failures', async () => {
    const errors = await losers((first, _second, both) =>
      database.prisma.$transaction(
        async (tx) => {
          await tx.$queryRaw`SELECT name FROM item`;
          await both();
          await tx.$executeRaw`UPDATE item SET name = name || 'x' WHERE id = ${first}`;
        },
        { isolationLevel: 'Serializable' },
      ),
    );
    expect(errors).toHaveLength(1);
    expect(isRetryable(errors[0])).toBe(true);
  });
});

describe('a database that is away', () => {
  /** Statements that are under way, or wait in a transaction, while `interrupt` happens. */
  async function interrupted(interrupt: () => Promise<unknown>): Promise<unknown[]> {
    const { requests, prisma } = database;
    const ways = [
      () => requests.query('SELECT pg_sleep(20)'),
      () => prisma.$executeRaw`SELECT pg_sleep(20)`,
      () => prisma.$transaction(async (tx) => tx.$executeRaw`SELECT pg_sleep(20)`),
      () =>
        prisma.$transaction(async (tx) => {
          await tx.$queryRaw`SELECT 1`;
          await sleep(400);
          await tx.$queryRaw`SELECT 1`;
        }),
    ];
    const errors: unknown[] = [];
    for (const way of ways) {
      const running = caught(way());
      await sleep(100);
      await interrupt();
      errors.push(await running);
    }
    return errors;
  }

  test('an administrator ends the session', async () => {
    const end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'";
    for (const error of await interrupted(() => other.requests.query(end)))
      expect(isUnavailable(error)).toBe(true);
  });

  test('no connection is free in time', async () => {
    const held = [await database.requests.connect(), await database.requests.connect()];
    const { requests, prisma } = database;
    const errors = await Promise.all([
      caught(requests.query('SELECT 1')),
      caught(prisma.$queryRaw`SELECT 1`),
      caught(prisma.namespace.findMany()),
      caught(prisma.$transaction(async (tx) => tx.$queryRaw`SELECT 1`, { maxWait: 100 })),
    ]);
    for (const client of held) client.release();
    for (const error of errors) expect(isUnavailable(error)).toBe(true);
  });

  test('too many connections, no such database, a wrong password', async () => {
    const url = new URL(postgres.connectionString);
    const urls = [new URL(url), new URL(url), new URL(url)] as const;
    urls[0].pathname = '/nothing';
    urls[1].password = 'wrong';
    await other.requests.query('CREATE ROLE crowd LOGIN CONNECTION LIMIT 0 PASSWORD $$crowd$$');
    Object.assign(urls[2], { username: 'crowd', password: 'crowd' });
    for (const { href } of urls) {
      const refused = openDatabase({ url: href });
      expect(isUnavailable(await caught(refused.requests.query('SELECT 1')))).toBe(true);
      expect(isUnavailable(await caught(refused.prisma.$queryRaw`SELECT 1`))).toBe(true);
      expect(isUnavailable(await caught(refused.prisma.namespace.findMany()))).toBe(true);
      await refused.close();
    }
  });

  test('Postgres is killed under statements, stays away, and is found again', async () => {
    const restart = async () => {
      await postgres.kill();
      await postgres.restart();
    };
    for (const error of await interrupted(restart)) expect(isUnavailable(error)).toBe(true);

    await postgres.kill();
    const { requests, prisma } = database;
    for (const error of [
      ...(await failures('SELECT 1')),
      await caught(prisma.namespace.findMany()),
      await caught(prisma.$transaction([prisma.namespace.findMany()])),
    ]) {
      expect(isUnavailable(error)).toBe(true);
    }

    await postgres.restart();
    expect((await requests.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    expect(await prisma.$queryRaw`SELECT 1 AS one`).toEqual([{ one: 1 }]);
  });

  test('the pool is closed', async () => {
    const closed = openDatabase({ url: postgres.connectionString });
    await closed.close();
    await closed.close();
    expect(isUnavailable(await caught(closed.requests.query('SELECT 1')))).toBe(true);
    expect(isUnavailable(await caught(closed.prisma.$queryRaw`SELECT 1`))).toBe(true);
  });
});

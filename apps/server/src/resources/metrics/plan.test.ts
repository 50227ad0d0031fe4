import type { PoolClient } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import type { PointInput } from './points.ts';
import { pointColumns } from './points.ts';

/* The number of visited rows grows only with the batch, even if the statistics of the tables are wrong. */

const KEYS = 2000;
/** Visited rows per point. One or two nodes of a plan each unpack, look up, write, sort and return it. */
const ROWS_A_POINT = 50;

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Join Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

let server: TestServer;
let client: PoolClient;
let rows = 0;

beforeAll(async () => {
  server = await startTestServer();
});
beforeEach(async () => {
  await connect();
  await client.query('TRUNCATE metric_series, metric_points');
});
afterEach(() => client.release(true));
afterAll(() => server.stop());

/** Opens a new session without cached plans. */
async function connect(): Promise<void> {
  client = await server.db.requests.connect();
  client.on('notice', ({ message }) => {
    const json = /plan:\n(\{.*\})/s.exec(message ?? '')?.[1];
    if (json !== undefined) rows += visited((JSON.parse(json) as { Plan: PlanNode }).Plan);
  });
}

function visited(plan: PlanNode): number {
  const removed = (plan['Rows Removed by Filter'] ?? 0) + (plan['Rows Removed by Join Filter'] ?? 0);
  const own = (plan['Actual Rows'] + removed) * plan['Actual Loops'];
  return (plan.Plans ?? []).reduce((sum, each) => sum + visited(each), own);
}

const log = (object: string, points: readonly PointInput[]) =>
  client.query(`SELECT changed FROM log_metrics('experiment', $1::uuid, $1::uuid, $2::text[])`, [
    object,
    pointColumns(points, () => {
      throw new Error('no dataset is mentioned');
    }),
  ]);

/** Counts the rows that logging visits. */
async function rowsOf(object: string, points: readonly PointInput[]): Promise<number> {
  await client.query(`LOAD 'auto_explain'`);
  for (const [name, value] of Object.entries({
    log_min_duration: '0',
    log_nested_statements: 'on',
    log_analyze: 'on',
    log_timing: 'off',
    log_format: 'json',
    log_level: 'notice',
  }))
    await client.query(`SET auto_explain.${name} = '${value}'`);
  rows = 0;
  await log(object, points);
  await client.query('SET auto_explain.log_min_duration = -1');
  return rows;
}

const object = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const keys = (prefix: string, of: object = {}): PointInput[] =>
  Array.from({ length: KEYS }, (_, n) => ({ key: `${prefix}${n}`, value: n, ...of }));

/** Possible statistics at the time of a large batch. */
const STATISTICS: Record<string, () => Promise<void>> = {
  'plans that were made on empty tables': async () => {
    await client.query('VACUUM ANALYZE metric_series, metric_points');
    // From the sixth call on, a function caches a generic plan.
    for (let n = 1; n <= 8; n += 1) {
      await log(object(n), [{ key: 'a', value: 1, step: 1 }]);
      await log(object(n), [{ key: 'a', value: 1, step: 2 }]);
      await log(object(n), [
        { key: 'a', value: 1 },
        { key: 'a', value: 2 },
      ]);
      await log(object(n), [{ key: 'a', value: 1 }]);
    }
    for (let n = 100; n < 105; n += 1) await log(object(n), keys('filler'));
  },
  'statistics of empty tables': async () => {
    await client.query('VACUUM ANALYZE metric_series, metric_points');
    for (let n = 100; n < 105; n += 1) await log(object(n), keys('filler'));
    client.release(true);
    await connect();
  },
};

describe.each(Object.entries(STATISTICS))('%s', (_, prepare) => {
  it('visits rows in proportion to the points of a batch', async () => {
    await prepare();
    const run = object(1000);
    await log(run, [{ key: 'loss', value: 1, step: 1 }]);
    const figures = {
      newKeys: await rowsOf(run, keys('new')),
      moreNewKeys: await rowsOf(run, keys('more')),
      goingOn: await rowsOf(run, keys('new', { step: 2 })),
      goingBack: await rowsOf(run, keys('new', { step: 1 })),
      newAndTwice: await rowsOf(run, [...keys('twice'), ...keys('twice', { step: 4 })]),
      ofAnotherObject: await rowsOf(object(1001), keys('new')),
    };
    for (const [what, count] of Object.entries(figures)) {
      // An unreported plan would count as no rows.
      expect(count, what).toBeGreaterThan(KEYS);
      expect(count, what).toBeLessThan(ROWS_A_POINT * KEYS * (what === 'newAndTwice' ? 2 : 1));
    }
  });
});

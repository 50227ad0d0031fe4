import { afterAll, beforeAll, expect, it } from 'vitest';
import { newModel, newVersion } from '../../../testing/objects.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { trustedSeries } from './trusted.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.stop());

interface PlanNode {
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

const visited = (plan: PlanNode): number =>
  (plan.Plans ?? []).reduce(
    (sum, each) => sum + visited(each),
    (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops'],
  );

it('reads only values of the model', async () => {
  const { id: version, modelId: busy } = await newVersion(server);
  const { id: quiet } = await newModel(server);
  const { requests } = server.db;
  await requests.query(
    `INSERT INTO metric_claims (object_id, model_id, key, principals, role, value)
     SELECT $1, $2, 'mAP', ARRAY['user:' || n], 'admin', n FROM generate_series(1, 5000) AS n`,
    [version, busy],
  );
  await requests.query('ANALYZE metric_claims');
  const values: unknown[] = [quiet];
  const series = trustedSeries(
    [{ roles: ['admin'], principals: [] }],
    '$1::uuid',
    (value) => `$${values.push(value)}`,
  );
  const { rows } = await requests.query(
    `EXPLAIN (ANALYZE, FORMAT JSON)
     SELECT s.value FROM ${series} s WHERE s.scope_id = $1::uuid AND s.key = 'mAP' AND s.dataset_id IS NULL`,
    values,
  );
  expect(visited(rows[0]['QUERY PLAN'][0].Plan)).toBeLessThan(100);
});

import { readFileSync } from 'node:fs';
import { unpinTimeZone } from '@modelbox/db/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { champion, onVal, policyTests } from '../../testing/policies.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';
import { begin } from '../../testing/uploads.ts';
import { retainDue } from '../workers/retention.ts';

/* Data of a release that did not pin the time zone, and the statements of docs/database.md that repair it. */

const zone = 'Asia/Kolkata';
let server: TestServer;
let pinTimeZone: () => void;
beforeAll(async () => {
  pinTimeZone = unpinTimeZone(zone);
  server = await startTestServer();
});
afterAll(async () => {
  pinTimeZone();
  await server.stop();
});

const { ok, decideAll, modelWith, newVersion, upload } = policyTests(() => server);

const page = readFileSync(new URL('../../../../docs/database.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/```sql\n(.*?)```/gs)].map(([, sql = '']) => sql);
const [look = '', mend = ''] = blocks.slice(-2);

/** Columns with a time that the story writes, by table. The page leaves out other time columns. */
const COLUMNS = `
  SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
  WHERE table_schema = 'public' AND data_type LIKE 'timestamp%'
    AND table_name NOT IN ('changes', 'datasets', '_prisma_migrations')
    AND (table_name, column_name) NOT IN (('events', 'time'), ('tokens', 'expires_at'), ('uploads', 'expires_at'),
      ('uploads', 'updated_at'), ('idempotency_keys', 'created_at'), ('idempotency_receipts', 'created_at'),
      ('retention_runs', 'started_at'), ('retention_runs', 'ended_at'), ('metric_series', 'time'),
      ('metric_points', 'time'), ('policy_work', 'due_at')) AND column_name <> 'purge_at'`;

/** Columns with a time that is hours from now, and all columns with a time. */
async function timesOff(): Promise<{ off: string[]; filled: string[] }> {
  const { rows } = await server.db.requests.query<{ table: string; column: string }>(COLUMNS);
  const off: string[] = [];
  const filled: string[] = [];
  for (const { table, column } of rows) {
    const text = `SELECT count(${column}) AS filled,
      count(*) FILTER (WHERE abs(extract(epoch FROM now() - ${column})) > 3600) AS off FROM ${table}`;
    const counts = (await server.db.requests.query<{ filled: number; off: number }>(text)).rows[0];
    if (counts?.filled) filled.push(`${table}.${column}`);
    if (counts?.off) off.push(`${table}.${column}`);
  }
  return { off, filled };
}

async function tellStory(): Promise<void> {
  const model = await modelWith({
    label: [champion],
    retain: { versions: { keep: [{ latest: 1 }], remove: 'files' } },
  });
  for (const name of ['v1', 'v2']) {
    const version = await ok('POST', `${model.url}/versions`, { version: name });
    await upload('versions', version.id, `content of ${name}`);
  }
  const v3 = await newVersion(model, 'v3', [onVal(0.5)], { files: ['s3://b/v3'], aliases: ['prod'] });
  await decideAll();
  await retainDue(server.ctx);
  await ok('PUT', `/v1/versions/${v3.id}/hold`, { reason: 'x' });
  await ok('POST', `/v1/versions/${v3.id}/events`, { name: 'e', source: 's', time: '2026-01-02T03:04:05Z' });
  const run = await ok('POST', '/v1/experiments', { namespace: model.namespace, name: 'run' });
  const checkpoints = `/v1/experiments/${run.id}/checkpoints`;
  await ok('POST', checkpoints, { epoch: 1, files: ['s3://b/c'] });
  await ok('POST', checkpoints, { epoch: 1, files: ['s3://b/d'], replace: true });
  const later = await ok('POST', checkpoints, { epoch: 2, metrics: { a: 1 } });
  await upload('checkpoints', later.id, 'content of the checkpoint');
  await ok('PUT', `/v1/namespaces/${model.namespace}/grants/user:ann`, { role: 'viewer' });
  await ok('POST', '/v1/tokens', { principal: 'user:ann', name: 't', expiresAt: '2099-01-02T03:04:05Z' });
  await ok('PUT', `/v1/namespaces/${model.namespace}/protected-aliases/stable`, {
    by: 'role',
    role: 'admin',
  });
  expect((await begin(server, 'model', { id: model.id }, { path: 'a', sizeBytes: 1e6 })).status).toBe(201);
  const gone = await ok('POST', '/v1/models', { namespace: model.namespace, name: 'gone' });
  await ok('DELETE', `/v1/models/${gone.id}`);
}

it('the statements find and repair wrong times', async () => {
  await tellStory();
  const before = await timesOff();
  expect(before.off).toEqual(
    expect.arrayContaining([
      'models.created_at',
      'versions.ready_at',
      'checkpoints.deleted_at',
      'files.created_at',
    ]),
  );
  const client = await server.db.requests.connect();
  try {
    const shown = (await client.query(look)) as unknown as { rows: { minutes_early: string }[] }[];
    expect(shown.at(-1)?.rows.map(({ minutes_early: minutes }) => Number(minutes))).toEqual([330]);
    await client.query(mend.replace(/'Asia\/Kolkata'/, `'${zone}'`));
    const after = await timesOff();
    expect(after.off).toEqual([]);
    expect(after.filled).toEqual(before.filled);
    const explicit = 'SELECT e.time, t.expires_at AS "expiresAt" FROM events e, tokens t';
    expect((await client.query(explicit)).rows).toEqual([
      { time: new Date('2026-01-02T03:04:05Z'), expiresAt: new Date('2099-01-02T03:04:05Z') },
    ]);
    await client.query('DISCARD TEMP');
    await client.query(look);
    await expect(client.query(mend)).rejects.toThrow('nothing to mend');
    await client.query('ROLLBACK');
  } finally {
    client.release();
  }
}, 120_000);

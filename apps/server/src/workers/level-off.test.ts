import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { onVal, policyTests } from '../../testing/policies.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';
import { begin } from '../../testing/uploads.ts';
import { removeOldEvents } from './audit-retention.ts';
import { pruneHistory } from './history-retention.ts';
import { forgetKeys } from './idempotency-keys.ts';
import { purge } from './purge.ts';
import { forgetRemoved, retainDue } from './retention.ts';
import { deletePending, sweepBlobs } from './store/blob-sweep.ts';
import { cleanUploads, expireUploads, forgetUploads } from './store/upload-cleanup.ts';

/*
 * Repeats the same work with short retention times. After each round of the workers, every table has as many rows as
 * after the previous round. docs/growth.md lists the exceptions.
 */

vi.setConfig({ testTimeout: 120_000 });

const DAY = 86_400_000;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    changesRetention: DAY,
    auditRetention: DAY,
    auditReads: true,
    deleteGrace: DAY,
    uploadExpiry: DAY,
    blobGrace: 0,
  });
  for (const namespace of ['passing', 'lasting'])
    await ok('POST', '/v1/datasets', { namespace, name: 'val' });
});
afterAll(() => server.stop());
const { ok, decideAll } = policyTests(() => server);

let keys = 0;
/** Writes with an idempotency key. */
const keyed = async (method: string, path: string, body?: unknown) => {
  const answer = await server.api(method, path, body, { 'idempotency-key': `key-${++keys}` });
  expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
  return answer.body;
};

/** Creates and deletes the objects of a round. */
async function passingObjects(round: number): Promise<void> {
  const model = await keyed('POST', '/v1/models', { namespace: 'passing', name: 'm' });
  const path = `/v1/models/${model.id}`;
  await ok('PUT', `${path}/policy`, {
    evaluate: [{ dataset: 'val' }],
    label: [
      { name: 'best', alias: 'best', metric: 'mAP', dataset: 'val', direction: 'max' },
      { name: 'ask', alias: 'ask', metric: 'mAP', dataset: 'val', direction: 'max', mode: 'propose' },
    ],
    retain: { versions: { keep: [{ latest: 1 }], remove: 'files', grace: 'PT1H' } },
  });
  await ok('PUT', `${path}/protected-aliases/prod`, { by: 'rule' });
  for (const [index, value] of [0.3, 0.2, 0.5].entries()) {
    const fields = { datasets: ['train'], metrics: [onVal(value)], aliases: [] };
    const version = await keyed('POST', `${path}/versions`, { version: `r${round}-${index}`, ...fields });
    await ok('PUT', `/v1/versions/${version.id}/files/w.bin`, `weights ${index}`);
    await ok('POST', `/v1/versions/${version.id}/finalize`);
    await keyed('POST', `/v1/versions/${version.id}/metrics`, { metrics: [{ key: 'loss', value }] });
    await ok('PUT', `/v1/versions/${version.id}/hold`, { reason: 'audit' });
    if (index > 0) await ok('DELETE', `/v1/versions/${version.id}/hold`);
    await decideAll();
  }
  const [proposal] = (await ok('GET', `${path}/proposals?state=open`)).items;
  await ok('POST', `/v1/proposals/${proposal.id}/reject`);
  await ok('PUT', `${path}/aliases/other`, { version: `r${round}-0` });
  await ok('DELETE', `${path}/aliases/other`);
  const run = await keyed('POST', '/v1/experiments', { namespace: 'passing', name: 'run' });
  for (let epoch = 0; epoch < 3; epoch++)
    await keyed('POST', `/v1/experiments/${run.id}/checkpoints`, {
      epoch,
      files: [],
      metrics: { loss: epoch },
    });
  await ok('POST', `/v1/experiments/${run.id}/events`, { name: 'started', source: 'test' });
  const aborted = await begin(server, 'model', model, { sizeBytes: 10, path: 'aborted' });
  await ok('DELETE', `/v1/uploads/${aborted.body.id}`);
  await begin(server, 'model', model, { sizeBytes: 10, path: 'expires' });
  await decideAll();
  await retainDue(server.ctx);
  await decideAll();
  await ok('DELETE', `/v1/experiments/${run.id}`);
  for (const alias of ['best', 'ask']) await server.api('DELETE', `${path}/aliases/${alias}`);
  await ok('DELETE', path);
}

/** Does the work of a round on objects that stay. */
async function lastingObjects(round: number): Promise<void> {
  const model = await ok('POST', '/v1/models', { namespace: 'lasting', name: 'm' });
  const path = `/v1/models/${model.id}`;
  const first = await server.api('POST', `${path}/versions`, {
    version: 'v1',
    files: [],
    metrics: [onVal(0.5)],
  });
  const { id } = first.status === 409 ? await ok('GET', '/v1/versions/lasting%2Fm:v1') : first.body;
  for (const value of [round, round + 0.5, round]) {
    await keyed('PATCH', path, { metadata: { value } });
    await keyed('PATCH', `/v1/versions/${id}`, { metadata: { value }, tags: [`${value}`] });
    await keyed('POST', `/v1/versions/${id}/metrics`, {
      metrics: [{ key: 'loss', value: value + 1, step: 1 }],
    });
    const label = [
      { name: 'high', tag: 'high', metric: 'mAP', dataset: 'val', direction: 'max', than: 1 + value },
    ];
    if (round === 1) await ok('PUT', `${path}/policy`, { label });
    await decideAll();
  }
  const token = await ok('POST', '/v1/tokens', { name: 'ci', principal: `service:ci-${round}` });
  await ok('DELETE', `/v1/tokens/${token.id}`);
  await ok('PUT', `/v1/namespaces/lasting/grants/user:u${round}`, { role: 'viewer' });
  await ok('DELETE', `/v1/namespaces/lasting/grants/user:u${round}`);
  await ok('GET', '/v1/audit?limit=1');
}

/** Runs each worker once. */
async function work(): Promise<void> {
  await expireUploads(server.ctx);
  await cleanUploads(server.ctx);
  await forgetUploads(server.ctx);
  await forgetRemoved(server.ctx);
  while ((await purge(server.ctx, 100)) > 0);
  await sweepBlobs(server.ctx);
  await deletePending(server.ctx);
  while ((await removeOldEvents(server.ctx, 1000)) > 0);
  await forgetKeys(server.ctx);
  await decideAll();
  await pruneHistory(server.ctx);
}

async function rowCounts(): Promise<Record<string, number>> {
  const { rows: tables } = await server.db.requests.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace`,
  );
  const counts = tables.map(({ name }) => `SELECT '${name}' AS name, count(*)::int AS count FROM ${name}`);
  const { rows } = await server.db.requests.query<{ name: string; count: number }>(
    `${counts.join(' UNION ALL ')} ORDER BY 1`,
  );
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
}

it('bounds the rows of every table', async () => {
  const found: Record<string, number>[] = [];
  const peaks: Record<string, number> = {};
  for (let round = 1; round <= 5; round++) {
    await passingObjects(round);
    await lastingObjects(round);
    let counts = await rowCounts();
    // Deleted objects are purged first. Then their last changes, and rows about content and uploads, become too old.
    for (let step = 0; step < 4; step++) {
      for (const [name, count] of Object.entries(counts)) peaks[name] = Math.max(peaks[name] ?? 0, count);
      server.advance(8 * DAY);
      await work();
      counts = await rowCounts();
    }
    found.push(counts);
  }
  const [, , third, fourth, fifth] = found as [
    object,
    object,
    object,
    Record<string, number>,
    Record<string, number>,
  ];
  // Version names are never reused, so this table grows.
  const { retired_versions: before, ...settled } = fourth;
  const { retired_versions: after, ...still } = fifth;
  expect((after ?? 0) - (before ?? 0)).toBe(3);
  expect(still).toEqual(settled);
  expect(third).toMatchObject(settled);
  // The work reached every table that is bounded by time: each one had more rows in between.
  for (const name of BOUNDED) expect(peaks[name], name).toBeGreaterThan(fifth[name] ?? 0);
});

/** The first list of docs/growth.md, without tables that have one row per version. */
const BOUNDED = [
  'changes',
  'decisions',
  'policy_edits',
  'proposals',
  'tokens',
  'audit_events',
  'access_changes',
  'idempotency_receipts',
  'uploads',
  'removed_files',
  'pending_deletions',
  'alias_moves',
];

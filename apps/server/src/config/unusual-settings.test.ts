import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshName, newModel, newVersion } from '../../testing/objects.ts';
import { atOnce } from '../../testing/races.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';
import { begin, uploadOf } from '../../testing/uploads.ts';
import { retainDue } from '../workers/retention.ts';
import { sequence } from '../workers/sequencer.ts';
import { expireUploads } from '../workers/store/upload-cleanup.ts';

/*
 * Tests everything that depends on session settings. The file runs on a usual database, and on one with unusual
 * settings, role and environment.
 */

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ uploadExpiry: 3_600_000 });
});
afterAll(() => server.stop());

const ok = async (method: string, path: string, body?: unknown): Promise<any> => {
  const answer = await server.api(method, path, body);
  expect([method, path, answer.status < 300, answer.body]).toEqual([method, path, true, answer.body]);
  return answer.body;
};

/** Whether a time in an answer is within a minute of the server's clock. */
const isNow = (text: string): boolean => Math.abs(Date.parse(text) - server.ctx.now().getTime()) < 60_000;

/** Seconds between a stored time and the server's clock, computed by the database. */
const storedAge = async (table: string, column: string, id: string): Promise<number> => {
  const text = `SELECT abs(extract(epoch FROM ${column}) - extract(epoch FROM $2::timestamptz))::float8 AS age
    FROM ${table} WHERE id = $1`;
  return (await server.db.requests.query(text, [id, server.ctx.now()])).rows[0].age;
};

describe('times', () => {
  it('come from the clock of the server, in answers and in the database', async () => {
    const model = await newModel(server);
    const version = await newVersion(server, { files: [] });
    const run = await ok('POST', '/v1/experiments', { namespace: 'ai', name: freshName('run') });
    const checkpoint = await ok('POST', `/v1/experiments/${run.id}/checkpoints`, { epoch: 1, files: [] });
    const moved = await ok('PUT', `/v1/models/${version.modelId}/aliases/prod`, { version: 'v1' });
    for (const { createdAt } of [model, version, run, checkpoint, moved]) expect(isNow(createdAt)).toBe(true);
    expect(isNow(checkpoint.readyAt)).toBe(true);
    for (const [table, column, id] of [
      ['models', 'created_at', model.id],
      ['versions', 'ready_at', version.id],
      ['experiments', 'created_at', run.id],
      ['checkpoints', 'created_at', checkpoint.id],
    ] as const)
      expect(await storedAge(table, column, id)).toBeLessThan(60);
  });

  it('let filters and the audit find a new object', async () => {
    const before = new Date(server.ctx.now().getTime() - 60_000).toISOString();
    const model = await newModel(server);
    const filtered = async (filter: string) =>
      (await ok('GET', `/v1/models?namespace=ai&recursive=true&filter=${encodeURIComponent(filter)}`)).items
        .map(({ id }: any) => id)
        .includes(model.id);
    expect(await filtered(`createdAt > '${before}'`)).toBe(true);
    expect(await filtered(`createdAt < '${before}'`)).toBe(false);
    await sequence(server.db, 10_000);
    const audit = await ok('GET', `/v1/audit?since=${before}&object=${model.id}`);
    expect(audit.items).toHaveLength(1);
    expect(isNow(audit.items[0].at)).toBe(true);
  });

  it('expire an upload after `uploadExpiry`, not before', async () => {
    const { body } = await begin(server, 'version', await newVersion(server), { path: 'a', sizeBytes: 1e6 });
    expect(Date.parse(body.expiresAt) - Date.parse(body.createdAt)).toBe(3_600_000);
    await expireUploads(server.ctx);
    expect((await uploadOf(server, body)).state).toBe('open');
    server.advance(3_700_000);
    await expireUploads(server.ctx);
    expect((await uploadOf(server, body)).state).toBe('expired');
  });

  it('let retention keep a young version and remove an old one', async () => {
    const { modelId } = await newVersion(server, { files: [] });
    await ok('PUT', `/v1/models/${modelId}/policy`, {
      retain: { versions: { keep: [{ youngerThan: 'PT1H' }], remove: 'object' } },
    });
    const living = async () => (await ok('GET', `/v1/models/${modelId}/versions`)).items.length;
    server.advance(1_000_000);
    await retainDue(server.ctx);
    expect(await living()).toBe(1);
    server.advance(3_600_000);
    await retainDue(server.ctx);
    expect(await living()).toBe(0);
  });
});

it('returns numbers exactly as they were sent', async () => {
  const metrics = { sum: 0.1 + 0.2, huge: 1.797e308, tiny: 5e-324, third: 1 / 3, count: 2 ** 53 };
  const version = await newVersion(server, { metrics });
  expect((await ok('GET', `/v1/versions/${version.id}`)).metrics).toEqual(metrics);
  const { items } = await ok('GET', `/v1/versions/${version.id}/metrics`);
  expect(Object.fromEntries(items.map(({ key, value }: any) => [key, value]))).toEqual(metrics);
  const filter = encodeURIComponent(`metrics.sum = ${metrics.sum}`);
  expect((await ok('GET', `/v1/models/${version.modelId}/versions?filter=${filter}`)).items).toHaveLength(1);
  const run = await ok('POST', '/v1/experiments', { namespace: 'ai', name: freshName('run') });
  const checkpoint = await ok('POST', `/v1/experiments/${run.id}/checkpoints`, { epoch: 1, metrics });
  expect(checkpoint.metrics).toEqual(metrics);
});

it('recognizes a replayed key and a repeated create', async () => {
  const { modelId } = await newVersion(server, { files: [] });
  const headers = { 'idempotency-key': freshName('key') };
  const body = { version: 'again', files: [], metrics: { a: 1 } };
  const first = await server.api('POST', `/v1/models/${modelId}/versions`, body, headers);
  const replay = await server.api('POST', `/v1/models/${modelId}/versions`, body, headers);
  expect([first.status, replay.status, replay.body.id]).toEqual([201, 201, first.body.id]);
  expect((await server.api('POST', `/v1/models/${modelId}/versions`, body)).status).toBe(200);
});

it('performs forty parallel moves of an alias', async () => {
  const { modelId } = await newVersion(server, { files: [] });
  await ok('POST', `/v1/models/${modelId}/versions`, { version: 'v2', files: [] });
  const answers = await atOnce(40, (index) =>
    server.api('PUT', `/v1/models/${modelId}/aliases/prod`, { version: index % 2 ? 'v1' : 'v2' }),
  );
  expect(answers.filter(({ status }) => status >= 300)).toEqual([]);
});

it('reports /readyz as ready if the database accepts writes', async () => {
  expect(await ok('GET', '/readyz')).toMatchObject({ ready: true });
});

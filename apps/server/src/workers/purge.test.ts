import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  changesOf,
  freshName,
  newCheckpoint,
  newExperiment,
  newModel,
  newVersion,
} from '../../testing/objects.ts';
import { atOnce } from '../../testing/races.ts';
import { ref, startTestServer, type TestServer } from '../../testing/test-server.ts';
import { forgetKeys } from './idempotency-keys.ts';
import { purge } from './purge.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const DAY = 86_400_000;
const GRACE = 30 * DAY;
/** Milliseconds after which a purge removes a deleted object. */
const OVER = GRACE + 1;
const countOf = async (table: string, column: string, id: string): Promise<number> =>
  Number(
    (await server.db.requests.query(`SELECT count(*) FROM ${table} WHERE ${column} = $1`, [id])).rows[0]
      .count,
  );

describe('a deleted object', () => {
  it('is kept for its grace time, and then purged with everything that belongs to it', async () => {
    const model = await newModel(server, { namespace: 'gone/sub' });
    const made = await server.api('POST', `/v1/models/${model.id}/versions`, {
      version: 'v1',
      files: ['s3://b/m.pt'],
      metrics: { loss: 1 },
      datasets: ['set'],
      aliases: ['prod'],
    });
    const { id } = made.body;
    await server.api('POST', `/v1/versions/${id}/events`, { name: 'x', source: 'y' });
    await server.api('DELETE', `/v1/models/${model.id}`);
    server.advance(GRACE - 60_000);
    expect(await purge(server.ctx, 100)).toBe(0);
    expect((await server.api('POST', `/v1/models/${model.id}/restore`)).status).toBe(200);
    await server.api('DELETE', `/v1/models/${model.id}`);
    server.advance(OVER);
    expect(await purge(server.ctx, 100)).toBe(2);
    expect(await purge(server.ctx, 100)).toBe(0);
    for (const path of [`/v1/models/${model.id}`, `/v1/versions/${id}`]) {
      const gone = await server.api('GET', `${path}?includeDeleted=true`);
      expect([gone.status, gone.body.code]).toEqual([404, 'not_found']);
      expect((await server.api('POST', `${path}/restore`)).status).toBe(404);
    }
    for (const table of ['files', 'metric_series', 'events'])
      expect([table, await countOf(table, 'object_id', id)]).toEqual([table, 0]);
    expect(await countOf('aliases', 'model_id', model.id)).toBe(0);
    expect((await server.api('GET', `/v1/datasets/${ref('gone/sub/set')}`)).status).toBe(200);
  });

  it('records its purge with the last known state as `before`', async () => {
    const version = await newVersion(server, { files: [], aliases: ['prod'], tags: ['x'] });
    await server.api('PATCH', `/v1/versions/${version.id}`, { metadata: { a: 1 } });
    const alias = await server.db.requests.query('SELECT id FROM aliases WHERE version_id = $1', [
      version.id,
    ]);
    await server.api('DELETE', `/v1/models/${version.modelId}`);
    server.advance(OVER);
    await purge(server.ctx, 100);
    for (const id of [version.id, version.modelId, alias.rows[0].id as string]) {
      const changes = await changesOf(server, id);
      expect(changes.at(-1)).toMatchObject({ action: 'purged', actor: 'modelbox', after: null });
      expect(changes.at(-1)?.before).toEqual(changes.at(-2)?.after);
    }
  });

  it('cannot be restored after its grace time, purged or not', async () => {
    for (const made of [
      ['models', await newModel(server)],
      ['versions', await newVersion(server)],
      ['experiments', await newExperiment(server)],
      ['checkpoints', await newCheckpoint(server)],
    ] as const) {
      const path = `/v1/${made[0]}/${made[1].id}`;
      await server.api('DELETE', path);
      server.advance(GRACE - 5_000);
      expect((await server.api('POST', `${path}/restore`)).status).toBe(200);
      await server.api('DELETE', path);
      server.advance(GRACE + 1);
      expect((await server.api('POST', `${path}/restore`)).body.code).toBe('not_found');
      expect((await server.api('GET', `${path}?includeDeleted=true`)).status).toBe(200);
    }
  });
});

describe('a name', () => {
  it('is free after the purge for a model, but never for a version, even in a new model of that name', async () => {
    const model = await newModel(server, { namespace: 'names', name: freshName('m') });
    const create = (id: string, body: object) => server.api('POST', `/v1/models/${id}/versions`, body);
    const body = { version: 'v1', files: [] };
    const version = await create(model.id, body);
    await server.api('DELETE', `/v1/versions/${version.body.id}`);
    server.advance(OVER);
    await purge(server.ctx, 100);
    for (const again of [body, { version: 'v1', tags: ['x'] }]) {
      const refused = await create(model.id, again);
      expect(refused.body).toMatchObject({ status: 409, code: 'name_retired', id: version.body.id });
    }
    await server.api('DELETE', `/v1/models/${model.id}`);
    const taken = { namespace: 'names', name: model.name };
    expect((await server.api('POST', '/v1/models', taken)).body.code).toBe('deleted');
    server.advance(OVER);
    await purge(server.ctx, 100);
    expect((await server.api('DELETE', '/v1/namespaces/names')).status).toBe(204);
    const anew = await server.api('POST', '/v1/models', taken);
    expect(anew.status).toBe(201);
    expect(anew.body.id).not.toBe(model.id);
    expect((await create(anew.body.id, body)).body.code).toBe('name_retired');
    expect((await create(anew.body.id, { version: 'v2' })).status).toBe(201);
    const other = await newModel(server, { namespace: 'names' });
    expect((await create(other.id, body)).status).toBe(201);
  });

  it('cannot be used for a version during a purge', async () => {
    for (let round = 0; round < 5; round++) {
      const version = await newVersion(server, { files: [] });
      await server.api('DELETE', `/v1/versions/${version.id}`);
      server.advance(OVER);
      const path = `/v1/models/${version.modelId}/versions`;
      const [, answers] = await Promise.all([
        purge(server.ctx, 100),
        atOnce(4, (i) => server.api('POST', path, { version: 'v1', tags: [`t${i}`] })),
      ]);
      for (const { status, body } of answers) {
        expect(status, JSON.stringify(body)).toBe(409);
        expect(['deleted', 'name_retired']).toContain(body.code);
      }
    }
  });
});

describe('a source stays until everything made from it is gone', () => {
  it('for a base version, a checkpoint and an experiment', async () => {
    while ((await purge(server.ctx, 100)) > 0);
    const run = await newExperiment(server);
    const checkpoint = await newCheckpoint(server, { files: [] }, run);
    const model = await newModel(server);
    const create = (body: object) => server.api('POST', `/v1/models/${model.id}/versions`, body);
    const base = await create({ version: 'base', source: { checkpoint: checkpoint.id, experiment: run.id } });
    const leaf = await create({ version: 'leaf', source: { version: 'base' } });
    await server.api('DELETE', `/v1/versions/${base.body.id}`);
    await server.api('DELETE', `/v1/experiments/${run.id}`);
    server.advance(OVER);
    expect(await purge(server.ctx, 100)).toBe(0);
    expect((await server.api('GET', `/v1/versions/${leaf.body.id}`)).body.source.version).toMatch(/:base$/);
    await server.api('DELETE', `/v1/versions/${leaf.body.id}`);
    server.advance(OVER);
    let gone = 0;
    for (let round = 0; round < 4; round++) gone += await purge(server.ctx, 100);
    expect(gone).toBe(4);
  });
});

describe('a round', () => {
  it('respects its limit, skips locked objects, and can run on several servers at once', async () => {
    while ((await purge(server.ctx, 100)) > 0);
    const models = await Promise.all(Array.from({ length: 7 }, () => newModel(server)));
    for (const { id } of models) await server.api('DELETE', `/v1/models/${id}`);
    server.advance(OVER);
    const held = await server.db.requests.connect();
    await held.query('BEGIN');
    await held.query('SELECT 1 FROM models WHERE id = $1 FOR UPDATE', [models[0].id]);
    expect(await purge(server.ctx, 2)).toBe(2);
    const rounds = await atOnce(3, () => purge(server.ctx, 10));
    expect(rounds.reduce((sum, n) => sum + n, 0)).toBe(4);
    await held.query('COMMIT');
    held.release();
    expect(await purge(server.ctx, 10)).toBe(1);
  });

  it('deletes only old idempotency keys', async () => {
    await forgetKeys(server.ctx);
    const key = (name: string) =>
      server.api('POST', '/v1/models', { namespace: 'keys', name }, { 'idempotency-key': name });
    await key('old');
    server.advance(DAY - 60_000);
    await key('young');
    server.advance(120_000);
    expect(await forgetKeys(server.ctx)).toBe(1);
    expect(await forgetKeys(server.ctx)).toBe(0);
  });
});

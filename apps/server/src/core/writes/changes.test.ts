import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshName, newModel, newVersion } from '../../../testing/objects.ts';
import { atOnce } from '../../../testing/races.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { sequence } from '../../workers/sequencer.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

interface Row {
  id: number;
  seq: number | null;
  kind: string;
  objectId: string;
  namespace: string;
  action: string;
  before: any;
  after: any;
  detail: any;
  actor: string;
  address: string | null;
  requestId: string | null;
}

const COLUMNS = `id::int, seq::int, object_kind AS kind, object_id AS "objectId", namespace, action, before, after,
  detail,
  actor, address, request_id AS "requestId"`;
const changes = async (where = 'true', ...values: unknown[]): Promise<Row[]> =>
  (
    await server.db.requests.query<Row>(
      `SELECT ${COLUMNS} FROM changes c WHERE ${where} ORDER BY c.id`,
      values,
    )
  ).rows;

describe('a change', () => {
  it('is recorded once per written object, with actor, address, request and both states', async () => {
    const namespace = freshName('told');
    let at = (await changes()).at(-1)?.id ?? 0;
    const written = async (method: string, path: string, body?: object): Promise<[any, string[]]> => {
      const requestId = freshName('request');
      const answer = await server.api(method, path, body, { 'x-request-id': requestId });
      expect([method, path, answer.status < 300]).toEqual([method, path, true]);
      const rows = await changes('id > $1', at);
      at = rows.at(-1)?.id ?? at;
      for (const row of rows) {
        expect(row).toMatchObject({ requestId, actor: 'local', address: '127.0.0.1', namespace });
        expect(row.before === null).toBe(row.action === 'created' || row.action.includes('_'));
      }
      return [answer.body, rows.map((row) => `${row.kind} ${row.action}`)];
    };
    const one = { namespace, name: 'm' };
    const [model, first] = await written('POST', '/v1/models', one);
    expect(first).toEqual(['namespace created', 'model created']);
    expect((await written('POST', '/v1/models', one))[1]).toEqual([]);
    const path = `/v1/models/${model.id}`;
    expect((await written('PATCH', path, { owner: 'x' }))[1]).toEqual(['model updated']);
    expect((await written('PATCH', path, { owner: 'x' }))[1]).toEqual([]);
    expect((await written('PATCH', `${path}/metadata`, { a: 1 }))[1]).toEqual(['model updated']);
    const body = { version: 'v1', aliases: ['prod'], datasets: ['d'], metrics: { loss: 1 } };
    const [version, second] = await written('POST', `${path}/versions`, body);
    expect(second).toEqual(['dataset created', 'version created']);
    expect((await written('POST', `${path}/versions`, body))[1]).toEqual([]);
    const versionPath = `/v1/versions/${version.id}`;
    const files = { files: ['s3://b/x'] };
    expect((await written('POST', `${versionPath}/files`, files))[1]).toEqual(['version files_tracked']);
    expect((await written('POST', `${versionPath}/finalize`))[1]).toEqual([
      'version finalized',
      'alias created',
    ]);
    expect((await written('POST', `${versionPath}/finalize`))[1]).toEqual([]);
    const metrics = { metrics: [{ key: 'loss', value: 2, step: 1 }] };
    expect((await written('POST', `${versionPath}/metrics`, metrics))[1]).toEqual(['version metrics_logged']);
    expect((await written('POST', `${versionPath}/metrics`, metrics))[1]).toEqual([]);
    await written('POST', `${path}/versions`, { version: 'v2', files: [] });
    const alias = `${path}/aliases/prod`;
    expect((await written('PUT', alias, { version: 'v2' }))[1]).toEqual(['alias moved']);
    expect((await written('PUT', alias, { version: 'v2' }))[1]).toEqual([]);
    expect((await written('POST', `${alias}/rollback`))[1]).toEqual(['alias moved']);
    expect((await written('DELETE', alias))[1]).toEqual(['alias deleted']);
    expect((await written('DELETE', versionPath))[1]).toEqual(['version deleted']);
    expect((await written('DELETE', versionPath))[1]).toEqual([]);
    expect((await written('POST', `${versionPath}/restore`))[1]).toEqual(['version restored']);
    expect((await written('DELETE', path))[1]).toEqual(['model deleted']);
    expect((await written('POST', `${path}/restore`))[1]).toEqual(['model restored']);
    expect((await written('POST', `${path}/restore`))[1]).toEqual([]);
    expect((await written('PATCH', `/v1/namespaces/${namespace}`, { description: 'x' }))[1]).toEqual([
      'namespace updated',
    ]);
    expect((await written('PATCH', `/v1/datasets/${namespace}%2Fd`, { digest: 'x' }))[1]).toEqual([
      'dataset updated',
    ]);
  });

  it('is not recorded for reads and refused writes', async () => {
    const version = await newVersion(server, { files: [], aliases: ['prod'] });
    const before = (await changes()).length;
    for (const [method, path, body] of [
      ['GET', `/v1/versions/${version.id}`],
      ['DELETE', `/v1/versions/${version.id}`],
      ['PATCH', `/v1/versions/${version.id}`, { version: 'x' }],
      ['POST', `/v1/models/${version.modelId}/versions`, { version: 'v1', aliases: ['new'] }],
      ['PUT', `/v1/models/${version.modelId}/aliases/new`, { version: 'v1', expect: 'v1' }],
      ['POST', `/v1/models/${version.modelId}/aliases/prod/rollback`],
      ['POST', '/v1/models', { namespace: 'never/made', name: '..' }],
    ] as const)
      await server.api(method, path, body);
    expect(await changes()).toHaveLength(before);
  });
});

describe('the feed', () => {
  it('loses nothing and has no gap under many writers, and `before` equals the previous `after`', async () => {
    const models = await Promise.all(Array.from({ length: 3 }, () => newModel(server)));
    let writing = true;
    const sequencers = atOnce(3, async () => {
      let given = 0;
      do given += await sequence(server.db, 7);
      while (writing);
      return given;
    });
    const done = await atOnce(8, async (writer) => {
      let committed = 0;
      for (let i = 0; i < 10; i++) {
        const { id } = models[(writer + i) % 3] as { id: string };
        const patch = { metadata: { [`w${writer}`]: i }, tags: [`t${i % 2}`] };
        const patched = await server.api('PATCH', `/v1/models/${id}`, patch);
        expect(patched.status).toBe(200);
        committed++;
        const points = [{ key: `k${writer}`, value: i, step: i }];
        expect((await server.api('POST', `/v1/models/${id}/metrics`, { metrics: points })).status).toBe(200);
        committed++;
      }
      return committed;
    });
    writing = false;
    const given = (await sequencers).reduce((sum, n) => sum + n, 0);
    while ((await sequence(server.db, 100)) > 0);
    const all = await changes();
    expect(given).toBeLessThanOrEqual(all.length);
    const seqs = all.map((row) => row.seq as number).sort((a, b) => a - b);
    expect(seqs).toEqual(all.map((_, i) => i + 1));
    const ids = new Set(models.map((model) => model.id));
    const ours = all.filter((row) => ids.has(row.objectId));
    expect(ours).toHaveLength(3 + done.reduce((sum, n) => sum + n, 0));
    for (const { id } of models) {
      const chain = ours.filter((row) => row.objectId === id);
      const bySeq = [...chain].sort((a, b) => Number(a.seq) - Number(b.seq));
      expect(bySeq.map((row) => row.id)).toEqual(chain.map((row) => row.id));
      const states = chain.filter((row) => row.after !== null);
      for (const [i, state] of states.entries()) expect(state.before).toEqual(states[i - 1]?.after ?? null);
      const read = await server.api('GET', `/v1/models/${id}`);
      expect(states.at(-1)?.after).toMatchObject({ metadata: read.body.metadata, tags: read.body.tags });
    }
  });

  it('gives a change that commits late a later number, so that no reader misses it', async () => {
    while ((await sequence(server.db, 1000)) > 0);
    const early = await server.db.requests.connect();
    try {
      await early.query('BEGIN');
      const record = `SELECT record_change('model', gen_random_uuid(), 'late', 'updated', NULL, NULL, NULL,
        '{"actor": "x"}', now()) AS id`;
      const first = (await early.query(record)).rows[0].id;
      const second = (await server.db.requests.query(record)).rows[0].id;
      expect(Number(second)).toBeGreaterThan(Number(first));
      expect(await sequence(server.db, 10)).toBe(1);
      await early.query('COMMIT');
      expect(await sequence(server.db, 10)).toBe(1);
      const [late, soon] = await changes('id IN ($1, $2)', first, second);
      expect((late?.seq as number) - (soon?.seq as number)).toBe(1);
    } finally {
      early.release();
    }
  });

  it('numbers changes once, in order of id, up to the limit of a round', async () => {
    while ((await sequence(server.db, 1000)) > 0);
    for (let i = 0; i < 5; i++) await newModel(server);
    expect([
      await sequence(server.db, 3),
      await sequence(server.db, 3),
      await sequence(server.db, 3),
    ]).toEqual([3, 2, 0]);
    const rows = (await changes()).slice(-5);
    expect(rows.map((row) => row.seq)).toEqual([...rows].map((_, i) => (rows[0]?.seq as number) + i));
  });
});

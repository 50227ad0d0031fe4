import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesOf, newModel, newVersion } from '../../../testing/objects.ts';
import { atOnce, statusesOf, times } from '../../../testing/races.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

interface Model {
  id: string;
  namespace: string;
  name: string;
  /** Ids by version name. */
  versions: Record<string, string>;
}

/** Makes a model with ready versions `v1` to `v<count>`. */
async function modelWith(count: number): Promise<Model> {
  const model = await newModel(server);
  const versions: Record<string, string> = {};
  for (let i = 1; i <= count; i++) {
    const body = { version: `v${i}`, files: [] };
    versions[`v${i}`] = (await server.api('POST', `/v1/models/${model.id}/versions`, body)).body.id;
  }
  return { ...model, versions };
}

const aliasOf = ({ id }: { id: string }, alias = 'prod') => `/v1/models/${id}/aliases/${ref(alias)}`;
const set = (model: Model, version: string, more: object = {}) =>
  server.api('PUT', aliasOf(model), { version, ...more });
const rollback = (model: Model, body?: object) => server.api('POST', `${aliasOf(model)}/rollback`, body);
const holder = async (model: Model): Promise<string | null> =>
  (await server.api('GET', aliasOf(model))).body.version ?? null;
const historyOf = async (model: Model): Promise<any[]> =>
  (await server.api('GET', `${aliasOf(model)}/history?limit=1000`)).body.items;

/** Requires that each move begins where the previous one ended, and that the newest one ends at the holder. */
async function expectChain(model: Model): Promise<any[]> {
  const moves = (await historyOf(model)).reverse();
  for (const [i, move] of moves.entries()) expect(move.from).toBe(moves[i - 1]?.to ?? null);
  expect(moves.at(-1)?.to ?? null).toBe(await holder(model));
  return moves;
}

describe('PUT an alias', () => {
  it('returns 201 if it is new, 200 if it moves, and 200 without a write if it is already there', async () => {
    const model = await modelWith(2);
    const made = await set(model, 'v1', { reason: 'first' });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      alias: 'prod',
      version: 'v1',
      versionId: model.versions['v1'],
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: made.body.createdAt,
    });
    server.advance(5);
    const moved = await set(model, 'v2');
    expect(moved.status).toBe(200);
    expect(moved.body).toMatchObject({ version: 'v2', createdAt: made.body.createdAt });
    expect(moved.body.updatedAt > made.body.updatedAt).toBe(true);
    const same = await set(model, 'v2', { reason: 'again' });
    expect(same.status).toBe(200);
    expect(same.body).toEqual(moved.body);
    const moves = await expectChain(model);
    expect(moves).toMatchObject([
      { from: null, to: 'v1', cause: 'set', reason: 'first', actor: 'local' },
      { from: 'v1', fromId: model.versions['v1'], to: 'v2', toId: model.versions['v2'], reason: null },
    ]);
    expect(moves.every((move) => move.requestId && move.at.endsWith('Z'))).toBe(true);
  });

  it('accepts the version by bare name, id, or either reference', async () => {
    const model = await modelWith(2);
    const name = `${model.namespace}/${model.name}`;
    await set(model, 'v1');
    for (const version of [model.versions['v2'] as string, `${name}:v2`, 'v2', `${name}@prod`]) {
      const moved = await server.api('PUT', aliasOf(model, 'other'), { version });
      expect(moved.body.version, version).toBe(version.endsWith('@prod') ? 'v1' : 'v2');
    }
  });

  it('returns 404 for a missing or deleted version, 409 for a pending one, 422 for one of another model', async () => {
    const model = await modelWith(1);
    const pending = { version: 'p' };
    await server.api('POST', `/v1/models/${model.id}/versions`, pending);
    const elsewhere = await newVersion(server, { files: [] });
    const missing = await set(model, 'v9');
    expect([missing.status, missing.body.errors[0].pointer]).toEqual([404, '/version']);
    expect((await set(model, 'p')).body).toMatchObject({ status: 409, code: 'not_ready' });
    expect((await set(model, elsewhere.id)).body).toMatchObject({ status: 422 });
    await server.api('DELETE', `/v1/versions/${model.versions['v1']}`);
    expect((await set(model, 'v1')).body).toMatchObject({ status: 404, code: 'not_found' });
    expect(await historyOf(model)).toEqual([]);
    expect((await server.api('GET', aliasOf(model))).status).toBe(404);
  });

  it('returns 422 for an invalid name', async () => {
    const model = await modelWith(1);
    for (const alias of ['a/b', 'a@b', 'a:b', '.', 'a\\b', '0192e4a1-7b3c-7def-8123-456789abcdef'])
      expect((await server.api('PUT', aliasOf(model, alias), { version: 'v1' })).status, alias).toBe(422);
    expect((await server.api('PUT', aliasOf(model), {})).status).toBe(422);
    expect((await server.api('PUT', aliasOf(model), { version: 'v1', wrong: 1 })).status).toBe(422);
  });

  it('treats names in NFC and NFD as equal', async () => {
    const model = await modelWith(1);
    await server.api('PUT', aliasOf(model, 'caf\u00e9'), { version: 'v1' });
    expect((await server.api('PUT', aliasOf(model, 'cafe\u0301'), { version: 'v1' })).status).toBe(200);
    expect((await server.api('GET', aliasOf(model, 'cafe\u0301'))).body.alias).toBe('caf\u00e9');
  });
});

describe('expect', () => {
  it('with null expects no holder, otherwise the version by bare name, id or reference', async () => {
    const model = await modelWith(2);
    const name = `${model.namespace}/${model.name}`;
    expect((await set(model, 'v1', { expect: 'v1' })).status).toBe(412);
    expect((await set(model, 'v1', { expect: null })).status).toBe(201);
    expect((await set(model, 'v2', { expect: null })).body).toMatchObject({ status: 412, code: 'stale' });
    const forms = [
      'v1',
      model.versions['v1'],
      model.versions['v1']?.toUpperCase(),
      `${name}:v1`,
      `${name}@prod`,
    ];
    for (const expected of forms) {
      expect((await set(model, 'v2', { expect: expected })).status, expected).toBe(200);
      for (const wrong of [...forms.slice(0, 4), 'v9', `${name}:v9`, `${name}@none`])
        expect((await set(model, 'v1', { expect: wrong })).status, wrong).toBe(412);
      await set(model, 'v1');
    }
    expect(await historyOf(model)).toHaveLength(1 + 2 * forms.length);
  });

  it('also applies to an alias that need not move, to rollback and to delete', async () => {
    const model = await modelWith(2);
    await set(model, 'v1');
    await set(model, 'v2');
    expect((await set(model, 'v2', { expect: 'v1' })).status).toBe(412);
    expect((await rollback(model, { expect: 'v1' })).status).toBe(412);
    expect((await rollback(model, { expect: null })).status).toBe(412);
    expect((await server.api('DELETE', `${aliasOf(model)}?expect=v1`)).status).toBe(412);
    expect(await holder(model)).toBe('v2');
    expect((await rollback(model, { expect: 'v2' })).status).toBe(200);
    const name = `${model.namespace}/${model.name}:v1`;
    expect((await server.api('DELETE', `${aliasOf(model)}?expect=${ref(name)}`)).status).toBe(204);
    expect((await rollback(model, { expect: 'v1' })).status).toBe(412);
    expect((await rollback(model, { expect: null })).status).toBe(200);
  });

  it('lets one of several concurrent requests with the same expectation succeed; the others get 412', async () => {
    const model = await modelWith(9);
    await set(model, 'v9');
    const answers = await atOnce(8, (i) => set(model, `v${i + 1}`, { expect: 'v9' }));
    expect(statusesOf(answers)).toEqual([200, ...times(7, 412)]);
    expect(await expectChain(model)).toHaveLength(2);
  });

  it('lets one of several concurrent creates that expect no holder succeed; the others get 412', async () => {
    const model = await modelWith(8);
    const answers = await atOnce(8, (i) => set(model, `v${i + 1}`, { expect: null }));
    expect(statusesOf(answers)).toEqual([201, ...times(7, 412)]);
    expect(await expectChain(model)).toHaveLength(1);
  });
});

describe('concurrent moves', () => {
  it('leave one holder, and an unbroken chain in the history and in the changes', async () => {
    for (let round = 0; round < 3; round++) {
      const model = await modelWith(8);
      const answers = await atOnce(8, (i) => set(model, `v${i + 1}`));
      expect(statusesOf(answers)).toEqual([...times(7, 200), 201]);
      expect(await expectChain(model)).toHaveLength(8);
      const { body } = await server.api('GET', `/v1/models/${model.id}/versions`);
      expect(body.items.filter((version: any) => version.aliases.length > 0)).toHaveLength(1);
      const { rows } = await server.db.requests.query<{ id: string }>(
        'SELECT id FROM aliases WHERE model_id = $1',
        [model.id],
      );
      const changes = await changesOf(server, rows[0]?.id ?? '');
      expect(changes.map((change) => change.action)).toEqual(['created', ...times(7, 'moved')]);
      for (const [i, change] of changes.entries())
        expect(change.before).toEqual(changes[i - 1]?.after ?? null);
      expect(changes.at(-1)?.after.version).toBe(await holder(model));
    }
  });

  it('leave an unbroken chain even among deletes and rollbacks', async () => {
    const model = await modelWith(4);
    await set(model, 'v1');
    const answers = await atOnce(16, (i) =>
      i % 4 === 3
        ? server.api('DELETE', aliasOf(model))
        : i % 4 === 2
          ? rollback(model)
          : set(model, `v${(i % 3) + 1}`),
    );
    for (const { status, body } of answers)
      expect([200, 201, 204, 404, 409], JSON.stringify(body)).toContain(status);
    await expectChain(model);
  });
});

describe('rollback', () => {
  const causes = (moves: any[]) => moves.map((move) => `${move.from}>${move.to} ${move.cause}`);

  it('goes to the previous holder, and one further back with each call', async () => {
    const model = await modelWith(3);
    for (const version of ['v1', 'v2', 'v3']) await set(model, version);
    expect((await rollback(model, { reason: 'broken' })).body.version).toBe('v2');
    expect((await rollback(model)).body.version).toBe('v1');
    const none = await rollback(model, {});
    expect(none.body).toMatchObject({ status: 409, code: 'no_previous' });
    const moves = await expectChain(model);
    expect(causes(moves.slice(3))).toEqual(['v3>v2 rollback', 'v2>v1 rollback']);
    expect(moves[3].reason).toBe('broken');
    await set(model, 'v3');
    expect((await rollback(model)).body.version).toBe('v1');
  });

  it('restores a deleted alias, and continues from there', async () => {
    const model = await modelWith(2);
    await set(model, 'v1');
    await set(model, 'v2');
    await server.api('DELETE', aliasOf(model));
    expect((await rollback(model)).body.version).toBe('v2');
    expect((await rollback(model)).body.version).toBe('v1');
    expect((await rollback(model)).body.code).toBe('no_previous');
    await expectChain(model);
  });

  it('skips earlier moves to the current holder', async () => {
    const model = await modelWith(2);
    await set(model, 'v1');
    await set(model, 'v2');
    await server.api('DELETE', aliasOf(model));
    await set(model, 'v2');
    expect((await rollback(model)).body.version).toBe('v1');
    expect((await rollback(model)).body.code).toBe('no_previous');
  });

  it('returns 404 if the alias was never set, or if the previous holder is deleted', async () => {
    const model = await modelWith(2);
    expect((await rollback(model)).status).toBe(404);
    await set(model, 'v1');
    expect((await rollback(model)).status).toBe(409);
    await set(model, 'v2');
    await server.api('DELETE', `/v1/versions/${model.versions['v1']}`);
    const gone = await rollback(model);
    expect(gone.body).toMatchObject({ status: 404, code: 'not_found', id: model.versions['v1'] });
    expect(await holder(model)).toBe('v2');
  });

  it('goes one step back for each of several concurrent calls', async () => {
    const model = await modelWith(6);
    for (let i = 1; i <= 6; i++) await set(model, `v${i}`);
    const answers = await atOnce(4, () => rollback(model));
    expect(statusesOf(answers)).toEqual(times(4, 200));
    expect(await holder(model)).toBe('v2');
    await expectChain(model);
  });
});

describe('deleting an alias', () => {
  it('returns 204, then 404, keeps its history, and continues it when the alias is set again', async () => {
    const model = await modelWith(1);
    await set(model, 'v1');
    expect((await server.api('DELETE', aliasOf(model))).status).toBe(204);
    expect((await server.api('DELETE', aliasOf(model))).status).toBe(404);
    expect((await server.api('GET', aliasOf(model))).status).toBe(404);
    expect((await set(model, 'v1')).status).toBe(201);
    const moves = await expectChain(model);
    expect(moves.map((move) => move.cause)).toEqual(['set', 'delete', 'set']);
  });

  it('returns 204 for only one of several concurrent deletes', async () => {
    const model = await modelWith(1);
    await set(model, 'v1');
    const answers = await atOnce(6, () => server.api('DELETE', aliasOf(model)));
    expect(statusesOf(answers)).toEqual([204, ...times(5, 404)]);
    expect(await historyOf(model)).toHaveLength(2);
  });
});

describe('lists', () => {
  it('show the aliases of a model by name, in pages', async () => {
    const model = await modelWith(1);
    for (const alias of ['b', 'a', 'B', '\u00e4'])
      await server.api('PUT', aliasOf(model, alias), { version: 'v1' });
    const path = `/v1/models/${model.id}/aliases`;
    const all = await server.api('GET', path);
    expect(all.body.items.map((item: any) => item.alias)).toEqual(['B', 'a', 'b', '\u00e4']);
    expect(all.body.nextCursor).toBeNull();
    const first = await server.api('GET', `${path}?limit=3`);
    await server.api('PUT', aliasOf(model, 'A'), { version: 'v1' });
    const rest = await server.api('GET', `${path}?limit=3&cursor=${first.body.nextCursor}`);
    expect(rest.body.items.map((item: any) => item.alias)).toEqual(['\u00e4']);
    for (const cursor of ['x', 'MTI', 'bnVsbA', Buffer.from('"a\\u0000"').toString('base64url')])
      expect((await server.api('GET', `${path}?cursor=${cursor}`)).status).toBe(422);
  });

  it('show the moves of an alias, newest first, in pages that new moves do not shift', async () => {
    const model = await modelWith(2);
    for (let i = 0; i < 5; i++) await set(model, i % 2 ? 'v1' : 'v2', { reason: String(i) });
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await server.api('GET', `${aliasOf(model)}/history?limit=2${cursor}`);
      seen.push(...body.items.map((move: any) => move.reason));
      await set(model, seen.length % 4 ? 'v1' : 'v2', { reason: 'later' });
      cursor = body.nextCursor ? `&cursor=${body.nextCursor}` : '';
    } while (cursor);
    expect(seen).toEqual(['4', '3', '2', '1', '0']);
    expect((await server.api('GET', `${aliasOf(model)}/history?cursor=ImEi`)).status).toBe(422);
  });
});

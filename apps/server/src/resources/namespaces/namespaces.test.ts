import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesOf, freshName, newExperiment, newModel } from '../../../testing/objects.ts';
import { atOnce } from '../../../testing/races.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { purge } from '../../workers/purge.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const pathOf = (namespace: string) => `/v1/namespaces/${ref(namespace)}`;
const pathsUnder = async (under: string): Promise<string[]> =>
  (await server.api('GET', `/v1/namespaces?under=${ref(under)}`)).body.items.map((n: any) => n.path);

describe('a namespace is created on first use', () => {
  it.each([
    ['/v1/models', {}],
    ['/v1/experiments', {}],
    ['/v1/datasets', {}],
  ])('by POST %s, with its parents, and one change each', async (path, fields) => {
    const root = freshName('root');
    await server.api('POST', path, { namespace: `${root}/b/c/`, name: 'x', ...fields });
    expect(await pathsUnder(root)).toEqual([`${root}/b`, `${root}/b/c`]);
    for (const namespace of [root, `${root}/b`, `${root}/b/c/`]) {
      const { status, body, headers } = await server.api('GET', pathOf(namespace));
      expect(status).toBe(200);
      expect(body).toEqual({
        id: expect.any(String),
        path: namespace.replace(/\/$/, ''),
        description: null,
        metadata: {},
        quotaBytes: null,
        createdBy: 'local',
        createdAt: expect.stringMatching(/Z$/),
        updatedAt: body.createdAt,
      });
      expect(headers.get('etag')).toBe('"1"');
      expect((await changesOf(server, body.id)).map((change) => change.action)).toEqual(['created']);
    }
  });

  it('once, if many objects are created in it concurrently', async () => {
    const root = freshName('root');
    const answers = await atOnce(8, (i) =>
      server.api('POST', i % 2 ? '/v1/models' : '/v1/experiments', {
        namespace: `${root}/b/c`,
        name: `x${i}`,
      }),
    );
    expect(answers.map((answer) => answer.status)).toEqual(Array.from(answers, () => 201));
    const { rows } = await server.db.requests.query(
      `SELECT after->>'path' AS path, action FROM changes
       WHERE object_kind = 'namespace' AND namespace LIKE $1 ORDER BY 1`,
      [`${root}%`],
    );
    expect(rows).toEqual([root, `${root}/b`, `${root}/b/c`].map((path) => ({ path, action: 'created' })));
  });

  it('not by a read, and not by a refused create', async () => {
    const root = freshName('never');
    await server.api('GET', `/v1/models?namespace=${root}`);
    await server.api('GET', `/v1/models/${ref(`${root}/x`)}`);
    await server.api('POST', '/v1/models', { namespace: root, name: 'a/b' });
    expect((await server.api('GET', pathOf(root))).status).toBe(404);
  });

  it('as the same namespace in NFC and NFD, with and without a trailing slash', async () => {
    const model = await newModel(server, { namespace: 'gro\u0308\u00dfe/' });
    expect(model.namespace).toBe('gr\u00f6\u00dfe');
    expect((await server.api('GET', pathOf('gro\u0308\u00dfe/'))).body.path).toBe('gr\u00f6\u00dfe');
  });
});

describe('a path', () => {
  const uuid = '0192e4a1-7b3c-7def-8123-456789abcdef';
  const bad = ['', '/', '/a', 'a//b', 'a/./b', '..', 'a@b', 'a:b', 'a\\b', 'a\u0001b', uuid, `a/${uuid}`];
  it.each([...bad, 'a'.repeat(129), Array(5).fill('a'.repeat(128)).join('/')])(
    'is 422 for %j',
    async (namespace) => {
      const refused = await server.api('POST', '/v1/models', { namespace, name: 'x' });
      expect(refused.status).toBe(422);
      expect(refused.body.errors[0]).toMatchObject({ in: 'body', pointer: '/namespace' });
    },
  );

  it('can have 512 characters of any script', async () => {
    const namespace = `${freshName('n')}/${Array(3).fill('\u6a21'.repeat(128)).join('/')}`;
    const longest = `${namespace}/${'\u{1f600}'.repeat(511 - [...namespace].length)}`;
    const model = await newModel(server, { namespace: longest });
    expect((await server.api('GET', `/v1/models/${ref(`${longest}/${model.name}`)}`)).body.id).toBe(model.id);
    const over = await server.api('POST', '/v1/models', { namespace: `${longest}a`, name: 'x' });
    expect(over.status).toBe(422);
  });
});

describe('PATCH', () => {
  it('sets the description, increments the ETag and records it; a patch without changes records nothing', async () => {
    const { namespace } = await newModel(server, { namespace: freshName('patched') });
    const patch = { description: 'ours', metadata: { team: 'x', old: 1 } };
    const first = await server.api('PATCH', pathOf(namespace), patch);
    expect(first.body).toMatchObject(patch);
    expect(first.headers.get('etag')).toBe('"2"');
    expect((await server.api('PATCH', pathOf(namespace), patch)).headers.get('etag')).toBe('"2"');
    const second = await server.api(
      'PATCH',
      pathOf(namespace),
      { description: null, metadata: { old: null } },
      { 'if-match': '"2"', 'content-type': 'application/merge-patch+json' },
    );
    expect(second.body).toMatchObject({ description: null, metadata: { team: 'x' } });
    const changes = await changesOf(server, first.body.id);
    expect(changes.map((change) => change.action)).toEqual(['created', 'updated', 'updated']);
    expect(changes[1]?.before).toEqual(changes[0]?.after);
    expect(changes[2]?.before).toEqual(changes[1]?.after);
  });

  it('returns 422 for the path', async () => {
    const { namespace } = await newModel(server);
    const refused = await server.api('PATCH', pathOf(namespace), { path: 'other' });
    expect(refused.status).toBe(422);
    expect(refused.body.errors[0].pointer).toBe('/path');
  });
});

describe('DELETE', () => {
  it('deletes an empty namespace at once, and it can be created again', async () => {
    const root = freshName('empty');
    await server.api('POST', '/v1/models', { namespace: `${root}/leaf`, name: 'x' });
    await server.api('DELETE', `/v1/models/${ref(`${root}/leaf/x`)}`);
    server.advance(31 * 86_400_000);
    await purge(server.ctx, 100);
    const { body } = await server.api('GET', pathOf(`${root}/leaf`));
    expect((await server.api('DELETE', pathOf(`${root}/leaf`))).status).toBe(204);
    expect((await server.api('DELETE', pathOf(`${root}/leaf`))).status).toBe(404);
    expect((await server.api('GET', pathOf(`${root}/leaf`))).status).toBe(404);
    const changes = await changesOf(server, body.id);
    expect(changes.map((change) => change.action)).toEqual(['created', 'deleted']);
    expect(changes[1]).toMatchObject({ before: changes[0]?.after, after: null });
    const again = await newModel(server, { namespace: `${root}/leaf` });
    const made = await server.api('GET', pathOf(again.namespace));
    expect(made.body.id).not.toBe(body.id);
  });

  it('returns 409 while it contains models, experiments, datasets, namespaces or deleted objects', async () => {
    const refuses = async (namespace: string) => {
      const { body } = await server.api('GET', pathOf(namespace));
      const refused = await server.api('DELETE', pathOf(namespace));
      expect(refused.status).toBe(409);
      expect(refused.body.code).toBe('not_empty');
      expect(await changesOf(server, body.id)).toHaveLength(1);
    };
    const [models, runs, sets] = [freshName('full'), freshName('full'), freshName('full')];
    const model = await newModel(server, { namespace: `${models}/sub` });
    await refuses(models);
    await refuses(`${models}/sub`);
    await server.api('DELETE', `/v1/models/${model.id}`);
    await refuses(`${models}/sub`);
    await newExperiment(server, { namespace: runs });
    await refuses(runs);
    await server.api('POST', '/v1/datasets', { namespace: sets, name: 'd' });
    await refuses(sets);
  });

  it('never leaves a concurrently created model without its namespace', async () => {
    for (let round = 0; round < 8; round++) {
      const root = freshName('raced');
      await server.api('POST', '/v1/models', { namespace: `${root}/sub/leaf`, name: 'gone' });
      // Removes the content of the tree as a purge would.
      await server.db.requests.query("DELETE FROM models WHERE name = 'gone'");
      const [leaf, model, sub] = await Promise.all([
        server.api('DELETE', pathOf(`${root}/sub/leaf`)),
        server.api('POST', '/v1/models', { namespace: `${root}/sub/leaf`, name: 'kept' }),
        server.api('DELETE', pathOf(`${root}/sub`)),
      ]);
      expect(model.status, JSON.stringify(model.body)).toBe(201);
      expect([204, 409]).toContain(leaf.status);
      expect([204, 409]).toContain(sub.status);
      expect((await server.api('GET', `/v1/models/${ref(`${root}/sub/leaf/kept`)}`)).status).toBe(200);
      expect(await pathsUnder(root)).toEqual([`${root}/sub`, `${root}/sub/leaf`]);
    }
  });
});

describe('GET /v1/namespaces', () => {
  it('lists namespaces below, not beside and not itself, filtered, sorted and in pages', async () => {
    const root = freshName('list');
    for (const leaf of ['a', 'b/c', 'B']) await newModel(server, { namespace: `${root}/${leaf}` });
    await newModel(server, { namespace: `${root}-beside` });
    await server.api('PATCH', pathOf(`${root}/b`), { metadata: { team: 'x' }, description: 'ours' });
    expect(await pathsUnder(root)).toEqual(['B', 'a', 'b', 'b/c'].map((path) => `${root}/${path}`));
    expect(await pathsUnder(`${root}/`)).toHaveLength(4);
    expect(await pathsUnder(`${root}/none`)).toEqual([]);
    const paths = async (query: string) =>
      (await server.api('GET', `/v1/namespaces?under=${root}&${query}`)).body.items.map((n: any) =>
        n.path.slice(root.length + 1),
      );
    expect(await paths(`filter=${ref("metadata.team = 'x'")}`)).toEqual(['b']);
    expect(await paths(`filter=${ref('description IS NOT NULL')}`)).toEqual(['b']);
    expect(await paths(`orderBy=${ref('path DESC')}`)).toEqual(['b/c', 'b', 'a', 'B']);
    const first = await server.api('GET', `/v1/namespaces?under=${root}&limit=3`);
    expect(first.body.items).toHaveLength(3);
    expect(await paths(`limit=3&cursor=${first.body.nextCursor}`)).toEqual(['b/c']);
  });

  it('matches a name with %, _ and quotes literally', async () => {
    const root = freshName("per%_'cent");
    await newModel(server, { namespace: `${root}/below` });
    expect(await pathsUnder(root)).toEqual([`${root}/below`]);
    expect(await pathsUnder(root.replace('%', 'x'))).toEqual([]);
  });
});

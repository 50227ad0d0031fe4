import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshName, newExperiment, newModel } from '../../../testing/objects.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

type Query = Record<string, string | number | boolean>;
const search = (query: Query): string =>
  Object.entries(query)
    .map(([name, value]) => `${name}=${ref(String(value))}`)
    .join('&');
const list = (path: string, query: Query = {}) => server.api('GET', `${path}?${search(query)}`);
const names = (body: any): string[] => body.items.map((item: any) => item.version ?? item.name);

/** Reads all pages, and runs a step between them. */
async function pages(path: string, query: Query, between = async (): Promise<void> => {}): Promise<string[]> {
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { status, body } = await list(path, { ...query, ...(cursor ? { cursor } : {}) });
    expect(status, JSON.stringify(body)).toBe(200);
    seen.push(...names(body));
    expect(body.items.length).toBeLessThanOrEqual(Number(query['limit'] ?? 100));
    cursor = body.nextCursor;
    await between();
  }
  return seen;
}

/** Makes a model with versions of these fields, in this order, at least a millisecond apart. */
async function modelWith(versions: object[]): Promise<string> {
  const model = await newModel(server);
  const path = `/v1/models/${model.id}/versions`;
  for (const fields of versions) {
    server.advance(2);
    const made = await server.api('POST', path, { files: [], ...fields });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
  }
  return path;
}

describe('order', () => {
  const VALUES = [0.5, 'NaN', 0.9, undefined, '-Infinity', 0.5, 'Infinity', undefined, 'NaN', -1] as const;
  let path: string;
  beforeAll(async () => {
    path = await modelWith(
      VALUES.map((acc, i) => ({ version: `v${i}`, metrics: acc === undefined ? {} : { acc } })),
    );
  });

  it.each([
    // Ties are sorted by id, and so by time, in the direction of the previous term.
    ['metrics.acc', 'v4 v9 v0 v5 v2 v6 v1 v8 v3 v7'],
    ['metrics.acc DESC', 'v6 v2 v5 v0 v9 v4 v8 v1 v7 v3'],
    ['metrics.acc DESC, createdAt', 'v6 v2 v0 v5 v9 v4 v1 v8 v3 v7'],
    ['metrics.acc ASC, createdAt DESC', 'v4 v9 v5 v0 v2 v6 v8 v1 v7 v3'],
    ['metrics.none', 'v0 v1 v2 v3 v4 v5 v6 v7 v8 v9'],
    ['version DESC', 'v9 v8 v7 v6 v5 v4 v3 v2 v1 v0'],
    ['', 'v0 v1 v2 v3 v4 v5 v6 v7 v8 v9'],
  ])(
    'by %j sorts NaN and then missing values last in both directions, in pages of any size',
    async (orderBy, all) => {
      for (const limit of [1, 3, 10, 1000])
        expect((await pages(path, { orderBy, limit })).join(' '), String(limit)).toBe(all);
    },
  );

  it('is newest first by default', async () => {
    expect((await pages(path, { limit: 4 })).join(' ')).toBe('v9 v8 v7 v6 v5 v4 v3 v2 v1 v0');
  });

  it('sorts by evaluations and metadata, and sorts text by code point', async () => {
    const other = await modelWith([
      { version: 'a', metadata: { m: { x: 2 } }, metrics: [{ key: 'mAP', value: 0.1, dataset: 'coco-val' }] },
      { version: 'b', metadata: { m: { x: 'z' } } },
      {
        version: 'c',
        metadata: { m: { x: 10 } },
        metrics: [{ key: 'mAP', value: 0.7, dataset: 'coco-val' }],
      },
      { version: 'd', metadata: { m: { x: 'Z' } } },
      { version: 'e', metadata: { m: { x: null } } },
    ]);
    const order = (orderBy: string) => pages(other, { orderBy, limit: 2 });
    expect(await order('metadata.m.x, version')).toEqual(['a', 'c', 'd', 'b', 'e']);
    expect(await order('metadata.m.x DESC, version')).toEqual(['c', 'a', 'b', 'd', 'e']);
    expect(await order('evaluations."coco-val".mAP DESC, version')).toEqual(['c', 'a', 'b', 'd', 'e']);
  });
});

describe('pages', () => {
  it('show each existing object once while others are created and deleted', async () => {
    const versions = Array.from({ length: 9 }, (_, i) => ({ version: `p${i}`, tags: i % 3 ? ['x'] : [] }));
    for (const query of [
      {},
      { orderBy: 'createdAt' },
      { orderBy: 'version DESC' },
      { filter: "'x' IN tags" },
    ]) {
      const path = await modelWith(versions);
      let rounds = 0;
      const seen = await pages(path, { ...query, limit: 2 }, async () => {
        if (rounds++ > 4) return;
        server.advance(2);
        // In every order, the new object is neither first nor last.
        await server.api('POST', path, { version: freshName('a'), tags: ['x'] });
        await server.api('POST', path, { version: freshName('z'), tags: ['x'] });
      });
      const ours = seen.filter((name) => /^p\d$/.test(name));
      const expected = versions.filter(({ tags }) => !('filter' in query) || tags.length > 0);
      expect([...ours].sort()).toEqual(expected.map(({ version }) => version));
    }
  });

  it('separate objects of the same moment by id', async () => {
    const model = await newModel(server);
    const path = `/v1/models/${model.id}/versions`;
    await Promise.all(
      Array.from({ length: 8 }, (_, i) => server.api('POST', path, { version: `v${i}`, framework: 'onnx' })),
    );
    for (const orderBy of ['framework', 'framework DESC', 'createdAt', 'name, description DESC'])
      expect((await pages(path, { orderBy, limit: 3 })).sort()).toHaveLength(8);
  });

  it('have at most `limit` items (100 by default, 1000 at most), and the last has no cursor', async () => {
    const namespace = freshName('many');
    const path = '/v1/models';
    for (let i = 0; i < 3; i++) await newModel(server, { namespace });
    expect((await list(path, { namespace, limit: 3 })).body.nextCursor).toBeNull();
    expect((await list(path, { namespace, limit: 2 })).body.nextCursor).toEqual(expect.any(String));
    expect((await list(path, { namespace, limit: 1000 })).status).toBe(200);
    for (const limit of [0, -1, 1001, 1.5, 'x', ''])
      expect((await list(path, { namespace, limit })).status, String(limit)).toBe(422);
  });
});

describe('a cursor', () => {
  it('is 422 if it is damaged, invented, or from another list, filter or order', async () => {
    const versions = [{ version: 'a' }, { version: 'b' }, { version: 'c' }];
    const [one, two] = [await modelWith(versions), await modelWith(versions)];
    const query = { orderBy: 'version', limit: 1 };
    const cursor: string = (await list(one, query)).body.nextCursor;
    expect(names((await list(one, { ...query, cursor })).body)).toEqual(['b']);
    expect(names((await list(one, { orderBy: 'version asc', limit: 2, cursor })).body)).toEqual(['b', 'c']);
    const decoded = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const changed = (after: unknown) => encode({ ...decoded, after });
    for (const [path, other] of [
      [two, { ...query, cursor }],
      ['/v1/models', { limit: 1, cursor }],
      [one, { orderBy: 'version DESC', limit: 1, cursor }],
      [one, { limit: 1, cursor }],
      [one, { ...query, filter: "version != 'a'", cursor }],
      [one, { ...query, includeDeleted: true, cursor }],
      [one, { ...query, cursor: cursor.slice(0, -5) }],
      [one, { ...query, cursor: 'e30' }],
      [one, { ...query, cursor: 'bnVsbA' }],
      [one, { ...query, cursor: 'not base64' }],
      [one, { ...query, cursor: '' }],
      [one, { ...query, cursor: changed([]) }],
      [one, { ...query, cursor: changed(['a']) }],
      [one, { ...query, cursor: changed(['a', 'not-a-uuid']) }],
      [one, { ...query, cursor: changed(['a', null]) }],
      [one, { ...query, cursor: changed([1, decoded.after[1]]) }],
      [one, { ...query, cursor: changed(['a\0', decoded.after[1]]) }],
      [one, { ...query, cursor: changed(['\ud800', decoded.after[1]]) }],
      [one, { ...query, cursor: changed({ length: 2 }) }],
    ] as const) {
      const refused = await list(path, other);
      expect([refused.status, refused.body.errors?.[0].pointer], JSON.stringify(other)).toEqual([
        422,
        '/cursor',
      ]);
    }
  });

  it('continues after a row that was deleted', async () => {
    const path = await modelWith([{ version: 'a' }, { version: 'b' }, { version: 'c' }]);
    const query = { orderBy: 'version', limit: 1 };
    const first = await list(path, query);
    await server.api('DELETE', `/v1/versions/${first.body.items[0].id}`);
    const cursor = first.body.nextCursor;
    expect(names((await list(path, { ...query, limit: 9, cursor })).body)).toEqual(['b', 'c']);
  });
});

describe('a list', () => {
  it('shows deleted objects only on request, and filters them by their time of deletion', async () => {
    const path = await modelWith([{ version: 'a' }, { version: 'b' }]);
    const { body } = await list(path, { filter: "version = 'a'" });
    await server.api('DELETE', `/v1/versions/${body.items[0].id}`);
    expect(names((await list(path)).body)).toEqual(['b']);
    expect(names((await list(path, { includeDeleted: false })).body)).toEqual(['b']);
    const all = await list(path, { includeDeleted: true, orderBy: 'version' });
    expect(all.body.items.map((item: any) => item.deletedAt !== null)).toEqual([true, false]);
    const gone = { includeDeleted: true, filter: 'deletedAt IS NOT NULL' };
    expect(names((await list(path, gone)).body)).toEqual(['a']);
    expect(names((await list(path, { filter: 'deletedAt IS NOT NULL' })).body)).toEqual([]);
    expect((await list(path, { includeDeleted: 'yes' })).status).toBe(422);
  });

  it('shows models and experiments of a namespace, and of those below if recursive', async () => {
    const root = freshName('tree_%');
    for (const [namespace, name] of [
      [root, 'here'],
      [`${root}/a`, 'below'],
      [`${root}/a/b`, 'deep'],
      [`${root}a`, 'beside'],
      [root.replace('_', 'x').replace('%', 'y'), 'like'],
      [root.toUpperCase(), 'upper'],
    ]) {
      await newModel(server, { namespace, name });
      await newExperiment(server, { namespace, name });
    }
    for (const path of ['/v1/models', '/v1/experiments']) {
      const found = async (query: Query) => names((await list(path, { ...query, orderBy: 'name' })).body);
      expect(await found({ namespace: root })).toEqual(['here']);
      expect(await found({ namespace: `${root}/` })).toEqual(['here']);
      expect(await found({ namespace: root, recursive: false })).toEqual(['here']);
      expect(await found({ namespace: root, recursive: true })).toEqual(['below', 'deep', 'here']);
      expect(await found({ namespace: `${root}/a/`, recursive: true })).toEqual(['below', 'deep']);
      expect(await found({ namespace: `${root}/none`, recursive: true })).toEqual([]);
      expect(await found({ filter: `namespace = '${root}/a'` })).toEqual(['below']);
      expect((await list(path, { namespace: 'a//b' })).status).toBe(422);
    }
  });

  it('filters by metrics, evaluations, metadata, tags, aliases, times and text', async () => {
    const path = await modelWith([
      {
        version: 'a',
        tags: ['gold'],
        aliases: ['prod'],
        metadata: { license: 'mit', train: { lr: 0.05 } },
        metrics: [
          { key: 'accuracy', value: 0.95 },
          { key: 'mAP', value: 0.7, dataset: 'coco-val' },
        ],
      },
      {
        version: 'b',
        framework: 'onnx',
        metadata: { license: 3, train: { lr: 0.5 } },
        metrics: { accuracy: 'NaN' },
      },
      {
        version: 'c',
        status: 'pending',
        files: undefined,
        description: "it's 100%",
        metrics: { accuracy: 0.2 },
      },
    ]);
    for (const [filter, found] of [
      ['', 'a b c'],
      ['metrics.accuracy > 0.9', 'a'],
      ['metrics.accuracy < 0.9', 'c'],
      ['NOT metrics.accuracy > 0.9', 'c'],
      ['metrics.none > 0', ''],
      ['NOT metrics.none > 0', ''],
      ['metrics.none IS NULL', 'a b c'],
      ['evaluations."coco-val".mAP > 0.6', 'a'],
      ["metadata.license = 'mit'", 'a'],
      ["metadata.license != 'mit'", ''],
      ['metadata.train.lr < 0.1', 'a'],
      ["metadata.license IN ('mit', 'bsd') OR 'prod' IN aliases", 'a'],
      ["'gold' IN tags AND 'prod' IN aliases", 'a'],
      ["'prod' NOT IN aliases", 'b c'],
      ["status = 'ready' AND framework IS NULL", 'a'],
      ["description LIKE '%100\\%'", 'c'],
      ["version ILIKE 'B'", 'b'],
      ["createdAt > '2000-01-01T00:00:00Z'", 'a b c'],
      [
        "metrics.accuracy > 0.9 AND (metadata.license IN ('mit') OR 'gold' IN tags) AND " +
          'evaluations."coco-val".mAP > 0.6',
        'a',
      ],
    ] as const) {
      const { status, body } = await list(path, { filter, orderBy: 'version' });
      expect([filter, status]).toEqual([filter, 200]);
      expect([filter, names(body).join(' ')]).toEqual([filter, found]);
    }
  });

  it.each([
    [{ filter: 'metrics.accuracy >' }, '/filter', 18],
    [{ filter: "nmae = 'x'" }, '/filter', 0],
    [{ filter: "version = 'a' AND (tags" }, '/filter', expect.any(Number)],
    [{ filter: "version = 'a" }, '/filter', expect.any(Number)],
    [{ filter: `${'('.repeat(200)}version = 'a'${')'.repeat(200)}` }, '/filter', expect.any(Number)],
    [{ orderBy: 'nope' }, '/orderBy', 0],
    [{ orderBy: 'version SIDEWAYS' }, '/orderBy', 8],
    [{ orderBy: 'tags' }, '/orderBy', 0],
    [{ orderBy: 'version,' }, '/orderBy', expect.any(Number)],
  ])('is 422 for %j, with the position and the expected tokens', async (query, pointer, position) => {
    const refused = await list(await modelWith([]), query);
    expect(refused.status).toBe(422);
    expect(refused.body.errors[0]).toMatchObject({
      in: 'query',
      pointer,
      position,
      expected: expect.any(Array),
    });
  });

  it('is 422 for a filter that is too long, a duplicate parameter and an unknown parameter', async () => {
    const path = await modelWith([]);
    expect((await list(path, { filter: `version = '${'x'.repeat(4100)}'` })).status).toBe(422);
    expect((await server.api('GET', `${path}?limit=1&limit=1`)).status).toBe(422);
    expect((await list(path, { page: 2 })).body.errors[0].pointer).toBe('/page');
    expect((await server.api('GET', `${path}?filter=%00`)).status).toBe(422);
    expect((await server.api('GET', `${path}?filter=%ff`)).status).toBeGreaterThanOrEqual(400);
  });
});

import { METADATA_MAX_BYTES, OWNER_KINDS } from '@modelbox/schema';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesOf, newCheckpoint, newExperiment, newModel, newOwner } from '../../../testing/objects.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const patch = (path: string, body: unknown, headers?: Record<string, string>) =>
  server.api('PATCH', `${path}/metadata`, body, headers);
const raw = (method: string, path: string, text: string) =>
  server.api(method, path, text, { 'content-type': 'application/json' });

describe.each(OWNER_KINDS)('metadata of a %s', (kind) => {
  it('is read and patched by RFC 7396, with the ETag of its object', async () => {
    const { id } = await newOwner(server, kind, { metadata: { a: 1, b: { c: 1, d: [1, { e: null }] } } });
    const path = `/v1/${kind}s/${id}`;
    const read = await server.api('GET', `${path}/metadata`);
    expect(read.body).toEqual({ a: 1, b: { c: 1, d: [1, { e: null }] } });
    expect(read.headers.get('etag')).toBe('"1"');
    const patched = await patch(path, { a: null, b: { c: { x: true, y: null }, d: [] }, f: 'new', g: null });
    expect(patched.status).toBe(200);
    expect(patched.body).toEqual({ b: { c: { x: true }, d: [] }, f: 'new' });
    expect(patched.headers.get('etag')).toBe('"2"');
    expect((await server.api('GET', path)).body.metadata).toEqual(patched.body);
    const same = await patch(path, { f: 'new' });
    expect(same.headers.get('etag')).toBe('"2"');
    expect((await patch(path, { a: 1 }, { 'if-match': '"1"' })).status).toBe(412);
    const changes = await changesOf(server, id);
    expect(changes.map((change) => change.action)).toEqual(['created', 'updated']);
    expect(changes[1]?.after.metadata).toEqual(patched.body);
  });

  it('is patched the same way through the object, and emptied by null', async () => {
    const { id } = await newOwner(server, kind, { metadata: { a: 1, b: 2 } });
    const path = `/v1/${kind}s/${id}`;
    const patched = await server.api('PATCH', path, { metadata: { a: null, c: 3 } });
    expect(patched.body.metadata).toEqual({ b: 2, c: 3 });
    expect((await server.api('PATCH', path, { metadata: null })).body.metadata).toEqual({});
  });
});

describe('any JSON', () => {
  it('is returned as it was sent', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary', maxDepth: 4 }), {
          maxKeys: 5,
        }),
        async (value) => {
          const text = JSON.stringify(value);
          // Values that JSON, Postgres or JavaScript cannot represent have their own tests.
          fc.pre(!/\\u0000|\\ud[89a-f]/i.test(text) && !text.includes('"__proto__"'));
          const metadata = JSON.parse(text);
          const { id, ...made } = await newExperiment(server, { metadata });
          expect(made.metadata).toEqual(metadata);
          expect((await server.api('GET', `/v1/experiments/${id}/metadata`)).body).toEqual(metadata);
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each([
    [
      'integers that a double holds',
      '{"a":9007199254740991,"b":-9007199254740991,"c":9007199254740992,"d":1152921504606847000}',
    ],
    [
      'numbers small and large',
      '{"a":1e-300,"b":1.7976931348623157e308,"c":5e-324,"d":0.1,"e":1e21,"f":-0.5}',
    ],
    [
      'names of members that JavaScript knows',
      '{"constructor":1,"toString":2,"hasOwnProperty":{"valueOf":3},"length":4}',
    ],
    ['empty things', '{"":"","a":[],"b":{},"c":[[],[{}]],"d":null}'],
    ['text of every kind', '{"a":"\\u0001\\u001f\\"\\\\\\u2028","ключ 🙂":"e\\u0301 é \\ud83d\\ude42"}'],
  ])('keeps %s', async (_, text) => {
    const body = `{"namespace":"json","name":"n-${Math.random()}","metadata":${text}}`;
    const made = await raw('POST', '/v1/models', body);
    expect(made.status).toBe(201);
    const expected = Object.fromEntries(Object.entries(JSON.parse(text)));
    expect(made.body.metadata).toEqual(expected);
  });

  it.each([
    ['an integer that no double holds', '{"a":{"b":[9007199254740993]}}', 422],
    ['an integer that would be answered in other digits', '{"a":{"b":[9223372036854775808]}}', 422],
    ['a larger one', '{"a":123456789012345678901234567890}', 422],
    ['a negative one', '{"a":-9007199254740993}', 422],
    ['a number beyond all doubles', '{"a":1e400}', 422],
    ['NUL in a text', '{"a":"x\\u0000y"}', 422],
    ['NUL in a name', '{"a\\u0000":1}', 422],
    ['a lone surrogate in a text', '{"a":["\\ud800"]}', 422],
    ['a lone surrogate in a name', '{"\\udc00":1}', 422],
    ['surrogates the wrong way round', '{"a":"\\udc00\\ud800"}', 422],
    ['NaN', '{"a":NaN}', 400],
    ['a trailing comma', '{"a":1,}', 400],
    ['half a text', '{"a":"', 400],
    ['an array', '[1]', 422],
    ['a text', '"a"', 422],
    ['null', 'null', 422],
  ])('refuses %s with %i, and changes nothing', async (_, text, status) => {
    const { id } = await newModel(server, { metadata: { kept: true } });
    const refused = await raw('PATCH', `/v1/models/${id}/metadata`, text);
    expect(refused.status).toBe(status);
    expect(refused.body.code).toBe(status === 400 ? 'malformed' : 'invalid');
    expect((await server.api('GET', `/v1/models/${id}/metadata`)).body).toEqual({ kept: true });
  });

  it('is 422 with a pointer', async () => {
    const { id } = await newModel(server);
    const refused = await raw('PATCH', `/v1/models/${id}`, '{"metadata":{"a/b":{"c~d":["ok","\\u0000"]}}}');
    expect(refused.body.errors[0].pointer).toBe('/metadata/a~1b/c~0d/1');
  });

  it('is 400 if it is not UTF-8', async () => {
    const { id } = await newModel(server);
    const bytes = Buffer.from('{"a":"\xff"}', 'latin1');
    const refused = await server.api('PATCH', `/v1/models/${id}/metadata`, bytes, {
      'content-type': 'application/json',
    });
    expect(refused.status).toBe(400);
  });

  it.each([
    '{"__proto__":{"isAdmin":true}}',
    '{"a":{"__proto__":1}}',
    '{"a":[{"constructor":{"prototype":{"x":1}}}]}',
  ])('refuses members with a special meaning in JavaScript: %s', async (text) => {
    const { id } = await newModel(server);
    const refused = await raw('PATCH', `/v1/models/${id}/metadata`, text);
    expect([400, 422]).toContain(refused.status);
    expect((await server.api('GET', `/v1/models/${id}/metadata`)).body).toEqual({});
    expect(({} as any).isAdmin).toBe(undefined);
  });

  it('can be nested up to the limit, and is 422 beyond it, even far beyond', async () => {
    const nested = (depth: number) => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;
    const { id } = await newModel(server);
    const path = `/v1/models/${id}/metadata`;
    const stored = await raw('PATCH', path, nested(64));
    expect(stored.status).toBe(200);
    expect(JSON.stringify(stored.body)).toBe(nested(64));
    expect(JSON.stringify((await server.api('GET', path)).body)).toBe(nested(64));
    for (const depth of [65, 1_000, 200_000])
      expect((await raw('PATCH', path, nested(depth))).status).toBe(422);
    const arrays = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    expect((await raw('PATCH', path, arrays)).status).toBe(422);
  });
});

describe('the limit of 64 KiB', () => {
  const overhead = JSON.stringify({ a: '' }).length;
  const ofBytes = (bytes: number) => ({ a: 'x'.repeat(bytes - overhead) });

  it('counts bytes of UTF-8: 201 up to the limit, 422 above', async () => {
    expect(
      (await newModel(server, { metadata: ofBytes(METADATA_MAX_BYTES) })).metadata.a.length,
    ).toBeGreaterThan(65_000);
    for (const metadata of [ofBytes(METADATA_MAX_BYTES + 1), { a: '€'.repeat(22_000) }]) {
      const body = { namespace: 'big', name: `n-${Math.random()}`, metadata };
      for (const path of ['/v1/models', '/v1/experiments']) {
        const refused = await server.api('POST', path, body);
        expect(refused.status).toBe(422);
        expect(refused.body.errors[0].pointer).toBe('/metadata');
      }
    }
    const { id } = await newExperiment(server);
    const metadata = ofBytes(METADATA_MAX_BYTES + 1);
    expect(
      (await server.api('POST', `/v1/experiments/${id}/checkpoints`, { epoch: 1, metadata })).status,
    ).toBe(422);
    expect(
      (await server.api('POST', `/v1/experiments/${id}/events`, { name: 'n', source: 's', metadata })).status,
    ).toBe(422);
  });

  it('applies to the result of a patch', async () => {
    const { id } = await newCheckpoint(server, { metadata: ofBytes(METADATA_MAX_BYTES - 10) });
    const path = `/v1/checkpoints/${id}`;
    expect((await patch(path, { b: 'xxxxxxxxxx' })).status).toBe(422);
    expect((await server.api('PATCH', path, { metadata: { b: 'xxxxxxxxxx' } })).status).toBe(422);
    expect((await patch(path, { a: null, b: 'xxxxxxxxxx' })).body).toEqual({ b: 'xxxxxxxxxx' });
  });
});

describe('concurrent patches', () => {
  it('run one after the other, and lose no member', async () => {
    const { id } = await newModel(server);
    const names = Array.from({ length: 8 }, (_, i) => `m${i}`);
    const answers = await Promise.all(names.map((name) => patch(`/v1/models/${id}`, { [name]: name })));
    expect(answers.every((answer) => answer.status === 200)).toBe(true);
    const read = await server.api('GET', `/v1/models/${id}/metadata`);
    expect(Object.keys(read.body).sort()).toEqual(names);
    expect(read.headers.get('etag')).toBe('"9"');
    const changes = await changesOf(server, id);
    for (const [i, change] of changes.entries())
      if (i > 0) expect(change.before).toEqual(changes[i - 1]?.after);
  });

  it('with the same ETag let one succeed; the others get 412', async () => {
    const { id } = await newModel(server);
    const answers = await Promise.all(
      [1, 2, 3, 4].map((n) => patch(`/v1/models/${id}`, { n }, { 'if-match': '"1"' })),
    );
    expect(answers.map((answer) => answer.status).sort((a, b) => a - b)).toEqual([200, 412, 412, 412]);
  });
});

describe('filters by path', () => {
  beforeAll(async () => {
    const all: [string, object][] = [
      ['a', { train: { lr: 0.05, opt: 'adam', amp: true }, 'weird key': 1, layers: [1, 2] }],
      ['b', { train: { lr: 0.5, opt: 'sgd', amp: false }, license: 'mit' }],
      ['c', { train: { lr: '0.05' }, license: null }],
      ['d', { train: 'none' }],
      ['e', {}],
    ];
    for (const [name, metadata] of all) await newModel(server, { namespace: 'by/path', name, metadata });
  });

  it.each([
    ['metadata.train.lr < 0.1', ['a']],
    ['metadata.train.lr >= 0.05', ['a', 'b']],
    ["metadata.train.lr = '0.05'", ['c']],
    ["metadata.train.opt = 'adam'", ['a']],
    ["metadata.train.opt != 'adam'", ['b']],
    ["metadata.train.opt IN ('adam', 'sgd')", ['a', 'b']],
    ["metadata.train.opt LIKE 'a%'", ['a']],
    ["metadata.train = 'none'", ['d']],
    ['metadata.license IS NULL', ['a', 'c', 'd', 'e']],
    ['metadata.license IS NOT NULL', ['b']],
    ['metadata."weird key" = 1', ['a']],
    ["NOT metadata.train.opt = 'adam'", ['b']],
    ['metadata.train.amp = true', ['a']],
    ['metadata.__proto__.x = 1', []],
  ])('%s', async (filter, names) => {
    const { status, body } = await server.api(
      'GET',
      `/v1/models?namespace=by/path&orderBy=name&filter=${ref(filter)}`,
    );
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.items.map((item: any) => item.name)).toEqual(names);
  });

  it('sort numbers first, then objects without a value', async () => {
    const query = `namespace=by/path&orderBy=${ref('metadata.train.lr, name')}`;
    const { status, body } = await server.api('GET', `/v1/models?${query}`);
    expect([200, 422]).toContain(status);
    if (status === 200) expect(body.items.map((item: any) => item.name).slice(-2)).toEqual(['d', 'e']);
  });
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

/* Bodies that are small to send and large to take: each is refused by an answer of some kilobytes, and the server goes on. */

let server: TestServer;
let model: { id: string };
beforeAll(async () => {
  server = await startTestServer();
  model = (await server.api('POST', '/v1/models', { namespace: 'ai', name: 'm' })).body;
});
afterAll(() => server?.stop());

const many = (count: number, of: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => of(index)).join(',');
const nested = (depth: number, open: string, close: string): string =>
  `${open.repeat(depth)}1${close.repeat(depth)}`;
const create = (fields: string) => `{"namespace":"ai","name":"b",${fields}}`;

it.each<[string, path: () => string, body: () => string]>([
  ['a million unknown fields', () => '/v1/models', () => `{${many(1_000_000, (i) => `"k${i}":1`)}}`],
  [
    'unknown fields in each item',
    () => metrics(),
    () => `{"metrics":[${many(9_999, () => '{"a":1,"b":1}')}]}`,
  ],
  ['a million empty items', () => metrics(), () => `{"metrics":[${many(1_000_000, () => '{}')}]}`],
  ['a million tags', () => '/v1/models', () => create(`"tags":[${many(1_000_000, () => '1')}]`)],
  ['arrays in arrays', () => '/v1/models', () => nested(5_000_000, '[', ']')],
  ['objects in objects', () => '/v1/models', () => create(`"metadata":${nested(1_000_000, '{"a":', '}')}`)],
  [
    'a number of a million digits',
    () => '/v1/models',
    () => create(`"metadata":{"a":${'9'.repeat(1_000_000)}}`),
  ],
  [
    'a million large integers',
    () => '/v1/models',
    () => create(`"metadata":{"a":[${many(700_000, () => '9007199254740993')}]}`),
  ],
  ['a text of escapes', () => '/v1/models', () => create(`"owner":"${'\\u0041'.repeat(2_000_000)}"`)],
  [
    'one key a million times',
    () => '/v1/models',
    () => create(`"metadata":{${many(1_000_000, () => '"a":1')},"name":1}`),
  ],
  [
    'a large metadata',
    () => '/v1/models',
    () => create(`"metadata":{${many(500_000, (i) => `"k${i}":{}`)}}`),
  ],
])(
  '%s',
  async (_, path, body) => {
    const text = body();
    expect(text.length).toBeLessThan(16 * 2 ** 20);
    const answer = await server.api('POST', path(), text, { 'content-type': 'application/json' });
    const told = JSON.stringify(answer.body).length;
    // Of the same key the last one counts, as JSON has it: that is no fault.
    if (answer.status !== 201) expect([400, 422]).toContain(answer.status);
    expect(told).toBeLessThan(100_000);
    expect((await server.api('GET', '/healthz')).status).toBe(200);
  },
  60_000,
);

function metrics(): string {
  return `/v1/models/${model.id}/metrics`;
}

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newExperiment, newModel } from '../../../testing/objects.ts';
import { policyTests } from '../../../testing/policies.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';

/* A failure prints the seed; `fc.assert(…, { seed, path })` repeats it. */

let server: TestServer;
let model: string;
let experiment: string;
let version: string;

const { ok } = policyTests(() => server);

/** Makes a text of about this many UTF-8 bytes. Some characters need escapes in JSON, some have several bytes. */
const textOf = (bytes: number): string => '"\\é漢x'.repeat(Math.ceil(bytes / 8)).slice(0, bytes);

/** Sizes of texts. A few objects are larger than a page of some kilobytes. */
const SIZES = [0, 10, 900, 40, 3000, 0, 0, 12_000, 500, 5, 7000, 1, 2500, 60, 30_000, 0, 800, 4000, 20, 100];

async function fill(): Promise<void> {
  model = (await newModel(server)).id;
  experiment = (await newExperiment(server)).id;
  for (const name of ['a', 'b']) await ok('POST', '/v1/datasets', { namespace: 'ai/vision', name });
  await ok('PUT', `/v1/models/${model}/policy`, { evaluate: [{ dataset: 'a' }, { dataset: 'b' }] });
  for (const [i, size] of SIZES.entries()) {
    server.advance(2);
    const metadata = { note: textOf(size) };
    const fields = {
      metadata,
      tags: Array.from({ length: i * 3 }, (_, tag) => `tag-${tag}`),
      metrics: Object.fromEntries(Array.from({ length: i * 7 }, (_, key) => [`metric-${key}`, key / 7])),
      files: Array.from({ length: size % 70 }, (_, file) => ({
        path: `file-${file}`,
        uri: `s3://bucket/${'k'.repeat(size / 50)}${file}`,
      })),
    };
    const made = await ok('POST', `/v1/models/${model}/versions`, {
      version: `v${i}`,
      description: textOf(size / 8),
      aliases: [`alias-${i}`],
      ...fields,
    });
    if (i === 12) version = made.id;
    await ok('POST', `/v1/experiments/${experiment}/checkpoints`, { epoch: i, ...fields });
    for (const kind of ['models', 'experiments', 'datasets'])
      await ok('POST', `/v1/${kind}`, { namespace: 'pages', name: `n${i}`, metadata });
    await ok('PATCH', `/v1/namespaces/${ref(await namespaceAt(i))}`, { metadata });
    await ok('POST', `/v1/models/${model}/events`, { name: 'seen', source: 'test', metadata });
    await ok('PUT', `/v1/models/${model}/aliases/moving`, {
      version: `v${i}`,
      reason: textOf(Math.min(size, 2000)),
    });
    await ok('PUT', `/v1/namespaces/pages/grants/${ref(`user:u${i}`)}`, { role: 'viewer' });
    await ok('PUT', `/v1/namespaces/pages/protected-aliases/a${i}`, {
      by: 'role',
      role: 'admin',
      reason: textOf(Math.min(size, 2000)),
    });
    await ok('POST', '/v1/tokens', {
      name: `t${i}`,
      principal: 'user:ann',
      ...(i % 3 === 0
        ? {}
        : { namespaces: Array.from({ length: i * 3 }, (_, n) => `ai/${'n'.repeat(100)}${n}`) }),
    });
    await ok('PUT', `/v1/models/${model}/policy`, {
      evaluate: [{ dataset: 'a' }, { dataset: 'b' }],
      label: Array.from({ length: i }, (_, rule) => ({
        name: `rule-${rule}`,
        alias: `best-${rule}`,
        metric: 'metric-1',
        direction: 'max',
        filter: `metadata.note != '${'x'.repeat(size / 20)}'`,
      })),
    });
  }
}

async function namespaceAt(i: number): Promise<string> {
  const namespace = `pages/deep/n${i}`;
  await ok('POST', '/v1/models', { namespace, name: 'only' });
  return namespace;
}

beforeAll(async () => {
  server = await startTestServer();
  await fill();
}, 120_000);
afterAll(() => server?.stop());

const lists = (): [name: string, path: string][] => [
  ['versions', `/v1/models/${model}/versions?`],
  [
    'versions by metric',
    `/v1/models/${model}/versions?orderBy=${ref('metrics."metric-3" DESC, description')}&`,
  ],
  ['checkpoints', `/v1/experiments/${experiment}/checkpoints?`],
  ['models', '/v1/models?namespace=pages&'],
  ['experiments', '/v1/experiments?namespace=pages&'],
  ['datasets', '/v1/datasets?namespace=pages&'],
  ['namespaces', '/v1/namespaces?under=pages&'],
  ['events', `/v1/models/${model}/events?`],
  ['aliases', `/v1/models/${model}/aliases?`],
  ['moves', `/v1/models/${model}/aliases/moving/history?`],
  ['policy edits', `/v1/models/${model}/policy/history?`],
  ['evaluations', `/v1/models/${model}/evaluations?state=all&`],
  ['grants', '/v1/namespaces/pages/grants?'],
  ['protections', '/v1/namespaces/pages/protected-aliases?'],
  ['tokens', '/v1/tokens?'],
  ['files', `/v1/versions/${version}/files?`],
  ['points', `/v1/versions/${version}/metrics?`],
  ['sampled points', `/v1/versions/${version}/metrics?points=4&`],
  ['audit', `/v1/audit?until=${ref(new Date(server.ctx.now().getTime() + 1).toISOString())}&`],
];

/** Yields the items and the bytes of each page. */
async function walk(path: string, limit: number, pageBytes: number) {
  server.ctx.settings.pageBytes = pageBytes;
  const pages: { items: unknown[]; bytes: number }[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const response: Response = await fetch(
      `${server.url}${path}limit=${limit}${cursor && `&cursor=${cursor}`}`,
    );
    const text = await response.text();
    expect(response.status, `${path} ${text}`).toBe(200);
    const { items, nextCursor } = JSON.parse(text);
    pages.push({ items, bytes: Buffer.byteLength(JSON.stringify(items)) });
    cursor = nextCursor;
  }
  return pages;
}

describe('pages with a byte limit', () => {
  it('show each item of every list once and in order, in pages of any size', {
    timeout: 240_000,
  }, async () => {
    for (const [name, path] of lists()) {
      const whole = (await walk(path, 1000, 2 ** 30)).flatMap(({ items }) => items);
      expect(whole.length, name).toBeGreaterThan(1);
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(1, 2, 7, 100, 1000),
          fc.integer({ min: 1, max: 60_000 }),
          async (limit, pageBytes) => {
            // About 40 pages are enough for the test.
            const bytes = Math.max(pageBytes, Math.ceil(Buffer.byteLength(JSON.stringify(whole)) / 40));
            const pages = await walk(path, limit, bytes);
            expect(pages.flatMap(({ items }) => items)).toEqual(whole);
            for (const page of pages) {
              expect(page.items.length).toBeLessThanOrEqual(limit);
              expect(page.items.length, name).toBeGreaterThan(0);
              if (page.items.length > 1) expect(page.bytes, name).toBeLessThanOrEqual(bytes);
            }
          },
        ),
        { numRuns: 3 },
      );
    }
  });

  it('give an object that is larger than a page its own page', async () => {
    const pages = await walk(`/v1/models/${model}/versions?`, 1000, 1);
    expect(pages.map(({ items }) => items.length)).toEqual(SIZES.map(() => 1));
  });

  it('do not read objects beyond the page from Postgres', async () => {
    const { id } = await newModel(server);
    const metadata = { note: 'x'.repeat(60_000) };
    for (let i = 0; i < 60; i++) {
      await ok('POST', `/v1/models/${id}/versions`, { version: `v${i}`, metadata });
      await ok('POST', `/v1/models/${id}/events`, { name: 'seen', source: 'test', metadata });
    }
    for (const list of ['versions', 'events']) {
      const before = bytesRead();
      const [page] = await walk(`/v1/models/${id}/${list}?`, 1000, 200_000);
      expect(page?.items).toHaveLength(3);
      // The walk reads each of the 60 objects about once, not on each of its 20 pages.
      expect(bytesRead() - before, list).toBeLessThan(2 * 60 * 60_000);
    }
  });
});

/** Counts the bytes that Postgres sent on the connections of requests. */
function bytesRead(): number {
  const { _clients: clients } = server.db.requests as unknown as {
    _clients: { connection: { stream: { bytesRead: number } } }[];
  };
  return clients.reduce((sum, { connection }) => sum + connection.stream.bytesRead, 0);
}

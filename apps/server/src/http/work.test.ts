import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { document } from '../../testing/fuzz/document.ts';

/* A request that is quick to write must not take the server minutes to process. */

async function inThread(code: string, data: unknown): Promise<unknown> {
  const worker = new Worker(code, { eval: true, workerData: data });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(new Error('took longer than a minute')), 60_000);
      worker.once('message', resolve).once('error', reject);
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

/** Filters of maximum length, each in a form that is hard for some matchers or parsers. */
const LONGEST = 4096;
const filled = (head: string, unit: string, tail: string): string =>
  head + unit.repeat(Math.floor((LONGEST - head.length - tail.length) / unit.length)) + tail;
const FILTERS = [
  filled("name LIKE '", '%a', "%b'"),
  filled("name LIKE '", '%', "b'"),
  filled("name LIKE '", '%_', "b'"),
  filled("name ILIKE '", '_%', "b'"),
  filled("name LIKE '", '\\%%', "b'"),
  filled("name = 'x' ", "OR name LIKE '%a%b' ", ''),
  filled('', '(', ''),
  filled('', 'NOT ', "name = 'x'"),
  filled('', "(name = 'x' AND ", ''),
  filled('', '"', ''),
  filled("name = '", "''", ''),
  filled('name', '.a', ' = 1'),
  filled('metadata', '."a"', " = 'x'"),
  filled('name = ', '9', ''),
  filled('name = ', '1e', ''),
  filled('name IN (', "'a',", "'b')"),
  filled('', ' ', ''),
  filled('', '\t\n', '('),
  filled("createdAt > '", '0', "'"),
  filled("createdAt > '2020-01-01T00:00:00.", '0', "Z'"),
];

const CODE = `
const { parentPort, workerData: { source, filters, texts } } = require('node:worker_threads');
import(source).then(({ parseFilter, evaluateFilter, FilterError }) => {
  const schema = { fields: { name: { type: 'text' }, createdAt: { type: 'time', nullable: false } }, metadata: true };
  let parsed = 0;
  for (const filter of filters) {
    let condition;
    try {
      condition = parseFilter(filter, schema);
    } catch (error) {
      if (!(error instanceof FilterError)) throw error;
      continue;
    }
    parsed += 1;
    for (const name of texts) {
      const fields = { name, createdAt: new Date(0) };
      evaluateFilter(condition, { fields, metadata: { a: name } });
    }
  }
  parentPort.postMessage({ parsed });
});
`;

it('filters of any form are parsed and matched, or refused', async () => {
  const source = new URL('../../../../packages/domain/src/index.ts', import.meta.url).href;
  const texts = ['a'.repeat(10_000), 'ab'.repeat(5_000), '%'.repeat(10_000), 'é'.repeat(10_000)];
  const { parsed } = (await inThread(CODE, { source, filters: FILTERS, texts })) as { parsed: number };
  expect(parsed).toBeGreaterThan(6);
}, 70_000);

/** Texts as long as a body allows, with an end that makes a bad pattern backtrack over all of it. */
const UNITS = ['a', ' ', '/', 'a/', '.', '-', '0', '1:', '\t', 'a.', 'A', 'é', '%', 'user:', '0-', '/.'];
const HEADS = ['', 'user:', 's3://', '2020-01-01T00:00:00.', '0001-01-01T', 'P', '10.0.0.0/', 'a'];
const PATTERNS_CODE = `
const { parentPort, workerData: { patterns, units, heads } } = require('node:worker_threads');
let matched = 0;
for (const pattern of patterns) {
  const expression = new RegExp(pattern, 'u');
  for (const head of heads)
    for (const unit of units)
      for (const tail of ['', '\\u0000', '@', '/'])
        if (expression.test(head + unit.repeat(50_000) + tail)) matched += 1;
}
parentPort.postMessage({ matched });
`;

it('every pattern of the contract takes time in proportion to the text', async () => {
  const patterns = new Set<string>();
  const collect = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node))
      if (key === 'pattern' && typeof value === 'string') patterns.add(value);
      else collect(value);
  };
  collect(document);
  expect(patterns.size).toBeGreaterThan(10);
  const data = { patterns: [...patterns], units: UNITS, heads: HEADS };
  const { matched } = (await inThread(PATTERNS_CODE, data)) as { matched: number };
  expect(matched).toBeGreaterThan(0);
}, 70_000);

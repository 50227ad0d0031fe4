import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newModel } from '../../testing/objects.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';
import { tableFigures } from './figures/growth-figures.ts';

/* Everything that grows is pruned or counted. docs/growth.md is the list. */

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const root = join(import.meta.dirname, '../../../..');
const page = readFileSync(join(root, 'docs/growth.md'), 'utf8');

function listed(): string[] {
  const [, lists = ''] = /\n## History with an end\n([\s\S]*)\n## Files\n/.exec(page) ?? [];
  const cells = lists.split('\n').flatMap((line) => /^\| (`.*?`) \|/.exec(line)?.[1] ?? []);
  return cells.flatMap((cell) => cell.split(', ').map((name) => name.replaceAll('`', ''))).toSorted();
}

const names = async () => (await tableFigures(server.db)).map(({ table }) => table);

test('docs/growth.md lists the bound of every table', async () => {
  expect(listed()).toEqual((await names()).toSorted());
  const rows = page.split('\n').filter((line) => /^\| `/.test(line));
  for (const row of rows) expect(row.split(' | ').at(-1)?.length, row).toBeGreaterThan(6);
});

test('every model of the Prisma schema is a table', async () => {
  const folder = join(root, 'prisma/schema');
  const models = readdirSync(folder).flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/@@map\("(\w+)"\)/g)].map(([, name]) => name),
  );
  expect(await names()).toEqual(expect.arrayContaining(models));
});

test('every setting that the page names exists', () => {
  const settings = readFileSync(join(root, 'docs/configuration.md'), 'utf8');
  for (const [name] of page.matchAll(/MODELBOX_[A-Z_]+/g)) expect(settings).toContain(name);
});

test('the metrics report bytes and estimated rows of every table, and the space of the data folder', async () => {
  for (let count = 0; count < 3; count++) await newModel(server);
  // Postgres adds late reports of other sessions to the estimate: analyze again until it is exact.
  await expect
    .poll(
      async () => {
        await server.db.requests.query('ANALYZE models');
        return (await tableFigures(server.db)).find(({ table }) => table === 'models')?.rows;
      },
      { timeout: 20_000 },
    )
    .toBe(3);
  const { body } = await server.api<string>('GET', '/metrics');
  const figure = (series: string) =>
    Number(
      body
        .split('\n')
        .find((line) => line.startsWith(`${series} `))
        ?.slice(series.length),
    );
  for (const table of await names())
    expect(figure(`modelbox_table_bytes{table="${table}"}`), table).toBeGreaterThanOrEqual(0);
  expect(figure('modelbox_table_bytes{table="models"}')).toBeGreaterThan(8191);
  expect(figure('modelbox_table_rows{table="models"}')).toBe(3);
  const free = figure('modelbox_data_dir_free_bytes');
  expect(free).toBeGreaterThan(0);
  expect(figure('modelbox_data_dir_size_bytes')).toBeGreaterThanOrEqual(free);
});

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '@modelbox/db';
import { createTestDatabase, type TestDatabase } from '@modelbox/db/testing';
import { afterEach, expect, test, vi } from 'vitest';
import { cleanUp, newFolder, runServer } from './process.ts';

/* A server never sweeps the files of another database. */

vi.setConfig({ testTimeout: 120_000 });
const databases: TestDatabase[] = [];
afterEach(async () => {
  await cleanUp();
  for (const database of databases.splice(0)) await database.drop();
});

/** Creates a database with its own id. Test databases are copies of one template and would share its id. */
async function newDatabase(id?: string): Promise<{ url: string; id: string }> {
  const database = await createTestDatabase();
  databases.push(database);
  const db = openDatabase({ url: database.url, poolSize: 4 });
  const { rows } = await db.requests.query<{ id: string }>(
    'UPDATE database_identity SET id = coalesce($1, gen_random_uuid()) RETURNING id',
    [id ?? null],
  );
  await db.close();
  return { url: database.url, id: rows[0]?.id ?? '' };
}

const settingsOf = (dataDir: string, database: { url: string }) => ({
  MODELBOX_DATA_DIR: dataDir,
  DATABASE_URL: database.url,
});

async function startsAndStops(settings: Record<string, string>): Promise<void> {
  const server = runServer(settings);
  await server.url;
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
}

async function isRefused(settings: Record<string, string>): Promise<string> {
  const server = runServer(settings);
  expect({ code: await server.ended, output: server.output() }).toMatchObject({ code: 1 });
  expect(server.output()).not.toMatch(/\n\s+at /);
  return server.output();
}

test('a database does not start over the files of another one; its own copy does', async () => {
  const dataDir = newFolder();
  const marker = join(dataDir, 'blobs', 'modelbox-owner');
  const [first, second] = [await newDatabase(), await newDatabase()];
  await startsAndStops(settingsOf(dataDir, first));
  expect(readFileSync(marker, 'utf8')).toBe(`${first.id}\n`);

  const output = await isRefused(settingsOf(dataDir, second));
  expect(output).toContain('ModelBox did not start.');
  expect(output).toContain(
    `belong to another database: ${marker} names ${first.id}, and this database is ${second.id}.`,
  );
  expect(output).toMatch(/another MODELBOX_DATA_DIR.*restore the database.*remove .*modelbox-owner by hand/s);
  expect(readFileSync(marker, 'utf8')).toBe(`${first.id}\n`);

  await startsAndStops(settingsOf(dataDir, await newDatabase(first.id)));
  rmSync(marker);
  await startsAndStops(settingsOf(dataDir, second));
  await isRefused(settingsOf(dataDir, first));
});

test('servers that start together over new files agree on whose they are', async () => {
  const dataDir = newFolder();
  const [mine, other] = [await newDatabase(), await newDatabase()];
  const servers = [mine, mine, other].map((database) => runServer(settingsOf(dataDir, database)));
  const started = await Promise.all(
    servers.map((server) =>
      server.url.then(
        () => true,
        () => false,
      ),
    ),
  );
  const isMine = readFileSync(join(dataDir, 'blobs', 'modelbox-owner'), 'utf8') === `${mine.id}\n`;
  expect(started).toEqual(isMine ? [true, true, false] : [false, false, true]);
  for (const server of servers) server.child.kill('SIGTERM');
  await Promise.all(servers.map((server) => server.ended));
});

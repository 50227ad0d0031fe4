import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from './client.ts';
import { clusterDirOf } from './embedded/start.ts';
import { postgresFailure } from './errors.ts';
import { migrate } from './migrations/migrate.ts';
import { requirePostgres } from './require.ts';
import { type EmbeddedPostgres, startTestPostgres } from './testing/index.ts';
import { proveWritable } from './writable.ts';

let postgres: EmbeddedPostgres;
let admin: Database;

beforeAll(async () => {
  // Durable: only such a cluster can become a standby.
  postgres = await startTestPostgres({ durable: true });
  admin = openDatabase({ url: postgres.connectionString, poolSize: 4 });
  await admin.requests.query('CREATE ROLE own LOGIN PASSWORD $$x$$');
  await admin.requests.query('CREATE ROLE guest LOGIN PASSWORD $$x$$');
});
afterAll(async () => {
  await admin.close();
  await postgres.stop();
});

function urlOf(database: string, user?: string, schema?: string): string {
  const url = new URL(postgres.connectionString);
  url.pathname = `/${database}`;
  if (user) Object.assign(url, { username: user, password: 'x' });
  if (schema) url.searchParams.set('schema', schema);
  return url.href;
}

async function onDatabase(database: string, ...statements: string[]): Promise<void> {
  const { requests, close } = openDatabase({ url: urlOf(database), poolSize: 4 });
  for (const statement of statements) await requests.query(statement);
  await close();
}

/** The one sentence of a refusal. */
async function refusal(url: string): Promise<string> {
  const error = await requirePostgres(url).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'DatabaseRefusedError' });
  const { message } = error as Error;
  expect(message).toMatch(/^The Postgres at 127\.0\.0\.1:\d+ [^\n]+\.$/);
  return message;
}

test.each(['LATIN1', 'SQL_ASCII'])('a database in the encoding %s', async (encoding) => {
  const name = encoding.toLowerCase();
  await admin.requests.query(
    `CREATE DATABASE ${name} ENCODING '${encoding}' LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0`,
  );
  expect(await refusal(urlOf(name))).toMatch(
    new RegExp(`database "${name}" in the encoding ${encoding}, .*CREATE DATABASE`),
  );
});

test('triggers and foreign keys that are switched off', async () => {
  await admin.requests.query('CREATE DATABASE replica');
  await admin.requests.query('ALTER DATABASE replica SET session_replication_role = replica');
  expect(await refusal(urlOf('replica'))).toContain('session_replication_role = replica');
});

test('a role that may not create in the schema, and one that may', async () => {
  await admin.requests.query('CREATE DATABASE rights');
  expect(await refusal(urlOf('rights', 'guest'))).toMatch(
    /the role "guest" create tables in the schema "public" of the database "rights"; .*GRANT CREATE ON SCHEMA/,
  );
  expect(await refusal(urlOf('rights', 'guest', 'box'))).toMatch(
    /no schema "box" .*CREATE SCHEMA "box" AUTHORIZATION "guest"/,
  );
  await onDatabase('rights', 'CREATE SCHEMA closed');
  expect(await refusal(urlOf('rights', 'guest', 'closed'))).toMatch(
    /role "guest" use the schema "closed" .*GRANT USAGE, CREATE ON SCHEMA "closed" TO "guest"/,
  );
  await onDatabase(
    'rights',
    'GRANT CREATE ON SCHEMA public TO guest',
    'CREATE SCHEMA box AUTHORIZATION guest',
  );
  await requirePostgres(urlOf('rights', 'guest'));
  await migrate({ url: urlOf('rights', 'guest', 'box') });
  await requirePostgres(urlOf('rights', 'guest', 'box'));
});

test('a role that does not own the tables needs rights on them, and ownership only to migrate', async () => {
  await admin.requests.query('CREATE DATABASE shared OWNER own');
  await migrate({ url: urlOf('shared', 'own') });
  expect(await refusal(urlOf('shared', 'guest'))).toMatch(/belong to the role "own".*GRANT "own" TO "guest"/);
  await onDatabase('shared', 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest');
  expect(await refusal(urlOf('shared', 'guest'))).toMatch(
    /role "guest" read and write "\w+" in .*GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES/,
  );
  await onDatabase(
    'shared',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO guest',
    'GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO guest',
  );
  await requirePostgres(urlOf('shared', 'guest'));
  expect(await migrate({ url: urlOf('shared', 'guest') })).toEqual([]);
  await onDatabase('shared', 'UPDATE _applied_functions SET edition = 0');
  expect(await refusal(urlOf('shared', 'guest'))).toMatch(/belong to the role "own".*cannot migrate/);
  await onDatabase('shared', 'REVOKE SELECT ON _applied_functions FROM guest');
  expect(await refusal(urlOf('shared', 'guest'))).toMatch(
    /read and write "_applied_functions".*GRANT SELECT/,
  );
  await onDatabase(
    'shared',
    'GRANT SELECT ON _applied_functions TO guest',
    'UPDATE _applied_functions SET edition = 99999',
  );
  await requirePostgres(urlOf('shared', 'guest'));
  await onDatabase(
    'shared',
    'DELETE FROM _prisma_migrations WHERE migration_name = (SELECT max(migration_name) FROM _prisma_migrations)',
  );
  expect(await refusal(urlOf('shared', 'guest'))).toMatch(/belong to the role "own".*cannot migrate/);
  await onDatabase('shared', 'GRANT own TO guest');
  await requirePostgres(urlOf('shared', 'guest'));
});

test('a role that has room for too few connections', async () => {
  await admin.requests.query('CREATE ROLE single LOGIN PASSWORD $$x$$ CONNECTION LIMIT 1');
  expect(await refusal(urlOf('shared', 'single'))).toMatch(
    /allows only one connection \(.*too many connections for role "single"\).*MODELBOX_DATABASE_POOL_SIZE/,
  );
});

test('a database whose owner has a schema of its own name', async () => {
  await admin.requests.query('CREATE DATABASE named OWNER own');
  await onDatabase('named', 'CREATE SCHEMA own AUTHORIZATION own');
  const url = urlOf('named', 'own');
  await requirePostgres(url);
  await migrate({ url });
  const { prisma, requests, close } = openDatabase({ url, poolSize: 4 });
  expect(await prisma.namespace.findMany()).toEqual([]);
  expect((await requests.query("SELECT to_regclass('own.namespaces') AS own")).rows).toEqual([{ own: null }]);
  await close();
});

test('the statements of docs/database.md give the rights that the server needs', async () => {
  const page = readFileSync(new URL('../../../docs/database.md', import.meta.url), 'utf8');
  const [forOwner = '', forOthers = ''] = [...page.matchAll(/```sql\n(.*?)```/gs)].map(([, sql = '']) => sql);
  // The superuser of this cluster has the name that the page uses.
  for (const statement of forOwner.replaceAll('modelbox', 'documented').split(';\n').filter(Boolean))
    await admin.requests.query(statement);
  await admin.requests.query('ALTER ROLE documented PASSWORD $$x$$; CREATE ROLE app LOGIN PASSWORD $$x$$');
  await requirePostgres(urlOf('documented', 'documented'));
  await migrate({ url: urlOf('documented', 'documented') });
  await refusal(urlOf('documented', 'app'));
  await onDatabase('documented', forOthers);
  await requirePostgres(urlOf('documented', 'app'));
});

test('migrations fail for a role without rights with the reason', async () => {
  await admin.requests.query('CREATE DATABASE bare');
  const error = await migrate({ url: urlOf('bare', 'guest') }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    name: 'MigrationError',
    message: expect.stringMatching(/^The migrations could not be applied: [^\n]*permission denied[^\n]*\.$/),
  });
});

test('a primary can be written, and the proof leaves nothing to vacuum', async () => {
  const size = 'SELECT pg_database_size(current_database()) AS bytes';
  const before = (await admin.requests.query(size)).rows;
  for (let count = 0; count < 20; count++) await proveWritable(admin.requests);
  expect((await admin.requests.query(size)).rows).toEqual(before);
});

test('a standby', async () => {
  writeFileSync(join(clusterDirOf(postgres.dataDir), 'standby.signal'), '');
  await postgres.restart();
  expect(await refusal(postgres.connectionString)).toMatch(
    /standby in recovery.*DATABASE_URL to the primary/,
  );
  const error = await proveWritable(admin.requests).catch((reason: unknown) => reason);
  expect(postgresFailure(error)?.message).toMatch(/recovery/);
});

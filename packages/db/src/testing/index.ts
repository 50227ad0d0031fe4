import { inject } from 'vitest';

export type { EmbeddedPostgres } from '../embedded/start.ts';
export { unpinTimeZone } from './hostile.ts';
export { startTestPostgres, type TestPostgresOptions } from './postgres.ts';
export { startTestServer, type TestServer } from './test-server.ts';

/** The database of a test. */
export interface TestDatabase {
  url: string;
  /** Drops the database, even with open connections. The end of the run drops the others. */
  drop: () => Promise<void>;
}

/**
 * Creates a migrated, empty database for one test file (about 30 ms). Needs the global setup
 * `@modelbox/db/testing/vitest-setup`. With MODELBOX_TEST_UNUSUAL_SETTINGS=true, the database and its role have
 * settings that no session may take over.
 * @param options.empty without migrations.
 */
export async function createTestDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const broker = inject('modelboxTestDatabases');
  const query = new URLSearchParams(options.empty ? { empty: '' } : {});
  if (process.env['MODELBOX_TEST_UNUSUAL_SETTINGS'] === 'true') query.set('hostile', '');
  const response = await fetch(`${broker}?${query}`, { method: 'POST' });
  if (!response.ok) throw new Error(`No test database: ${await response.text()}`);
  const { name, url } = (await response.json()) as { name: string; url: string };
  const drop = async (): Promise<void> => {
    await fetch(`${broker}?name=${name}`, { method: 'DELETE' });
  };
  return { url, drop };
}

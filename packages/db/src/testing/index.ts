import { inject } from 'vitest';

export type { EmbeddedPostgres } from '../embedded/start.ts';
export { unpinTimeZone } from './hostile.ts';
export { startTestPostgres, type TestPostgresOptions } from './postgres.ts';
export { startTestServer, type TestServer } from './test-server.ts';

/** A database of a test's own. */
export interface TestDatabase {
  url: string;
  /** Drops it, whoever is connected. What is not dropped goes with the run. */
  drop: () => Promise<void>;
}

/**
 * A migrated, empty database for one test file (about 30 ms). Needs the global setup
 * `@modelbox/db/testing/vitest-setup`. With MODELBOX_TEST_UNUSUAL_SETTINGS=true the database and its role have settings
 * that no session may take over.
 * @param options.empty with no migration applied.
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

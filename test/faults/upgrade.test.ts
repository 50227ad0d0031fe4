import { createTestDatabase, type TestDatabase } from '@modelbox/db/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { findEarlierCode, unpackCode } from './earlier-code.ts';
import { startLoad } from './load.ts';
import { cleanUp, newFolder, runServer } from './process.ts';

const long = { timeout: 60_000, interval: 50 };
let database: TestDatabase | undefined;
afterAll(async () => {
  await cleanUp();
  await database?.drop();
});

const earlier = findEarlierCode();
const breaking = 'unknown' in earlier && earlier.unknown.find((name) => /^\d{14}_breaking_/.test(name));
const reason = 'reason' in earlier ? earlier.reason : breaking && `${breaking} ends every older server`;

describe.skipIf(reason)(`a rolling update${reason ? ` [not run: ${reason}]` : ''}`, () => {
  test('a server without the newest migrations and functions keeps serving beside a current one', async () => {
    const { commit } = earlier as Extract<typeof earlier, { commit: string }>;
    database = await createTestDatabase({ empty: true });
    const settings = { DATABASE_URL: database.url, MODELBOX_DATA_DIR: newFolder() };
    const older = runServer(settings, [], [], unpackCode(commit));
    const olderUrl = await older.url;
    const before = await startLoad(olderUrl, 'before');
    await expect.poll(before.fewest, long).toBeGreaterThan(4);

    // Migrates the database under the load.
    const newer = runServer(settings);
    const newerUrl = await newer.url;
    const after = await startLoad(newerUrl, 'after');
    const written = before.fewest();
    await expect.poll(before.fewest, long).toBeGreaterThan(written + 12);
    await expect.poll(after.fewest, long).toBeGreaterThan(12);
    expect((await fetch(`${olderUrl}/readyz`)).status).toBe(200);
    expect((await fetch(`${newerUrl}/readyz`)).status).toBe(200);

    await Promise.all([before.stop(), after.stop()]);
    expect([...before.faults, ...after.faults]).toEqual([]);
    expect(before.cutOff() + after.cutOff()).toBe(0);
    await before.verify(newerUrl);
    await after.verify(olderUrl);
    older.child.kill('SIGTERM');
    expect(await older.ended).toBe(0);
    newer.child.kill('SIGTERM');
    expect(await newer.ended).toBe(0);
  }, 180_000);
});

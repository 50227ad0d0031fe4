import { type EmbeddedPostgres, startTestPostgres } from '@modelbox/db/testing';
import { afterEach, expect, test } from 'vitest';
import { startLoad } from './load.ts';
import { cleanUp, newFolder, runServer } from './process.ts';

let postgres: EmbeddedPostgres | undefined;
afterEach(async () => {
  await cleanUp();
  await postgres?.stop();
});

const ready = async (url: string) => {
  const response = await fetch(`${url}/readyz`);
  return {
    status: response.status,
    ...((await response.json()) as { checks: Record<string, { ok: boolean }> }),
  };
};

test('Postgres dies under load and restarts: 503 meanwhile, and no answered write is lost', async () => {
  postgres = await startTestPostgres({ durable: true });
  const server = runServer({ DATABASE_URL: postgres.connectionString, MODELBOX_DATA_DIR: newFolder() });
  const url = await server.url;
  const load = await startLoad(url);
  const long = { timeout: 60_000, interval: 50 };
  await expect.poll(load.fewest, long).toBeGreaterThan(12);

  for (const round of [1, 2]) {
    const refusedBefore = load.refused();
    await postgres.kill();
    await expect.poll(load.refused, long).toBeGreaterThan(refusedBefore + 10);
    expect(await ready(url)).toMatchObject({
      status: 503,
      checks: { database: { ok: false }, blobs: { ok: true } },
    });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
    await postgres.restart();
    const answered = load.fewest();
    await expect.poll(load.fewest, long).toBeGreaterThan(answered + 12 * round);
  }
  // An orderly restart, as during an upgrade.
  await postgres.restart();
  const answered = load.fewest();
  await expect.poll(load.fewest, long).toBeGreaterThan(answered + 12);

  await load.stop();
  expect(load.faults).toEqual([]);
  expect(load.cutOff()).toBe(0);
  expect(await ready(url)).toMatchObject({ status: 200 });
  await load.verify(url);
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
}, 180_000);

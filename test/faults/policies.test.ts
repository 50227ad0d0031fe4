import { createTestDatabase } from '@modelbox/db/testing';
import { afterEach, expect, test, vi } from 'vitest';
import { cleanUp, newFolder, runServer } from './process.ts';

/* A server that is killed while it decides. */

vi.setConfig({ testTimeout: 120_000 });
afterEach(cleanUp);

test('no decision is lost or repeated if the server is killed at any point', async () => {
  const { url: databaseUrl } = await createTestDatabase();
  const settings = { DATABASE_URL: databaseUrl, MODELBOX_DATA_DIR: newFolder() };
  const model = '/v1/models/ai%2Fyolo';
  const send = async (url: string, method: string, path: string, body?: object): Promise<any> => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}${path}`, {
      method,
      ...(body ? { headers, body: JSON.stringify(body) } : {}),
    });
    expect(response.status, path).toBeLessThan(300);
    return response.json();
  };
  let made = 0;
  for (let round = 0; round < 4; round++) {
    const server = runServer(settings);
    const url = await server.url;
    if (round === 0) {
      await send(url, 'POST', '/v1/models', { namespace: 'ai', name: 'yolo' });
      const label = [{ name: 'best', alias: 'champion', metric: 'acc', direction: 'max' }];
      await send(url, 'PUT', `${model}/policy`, { label });
    }
    for (let count = 0; count < 12; count++) {
      made += 1;
      const body = { version: `v${made}`, files: [], metrics: { acc: made } };
      await send(url, 'POST', `${model}/versions`, body);
    }
    // The kill hits the middle of the work that these metrics caused.
    await new Promise((resolve) => setTimeout(resolve, 40 * round));
    server.child.kill('SIGKILL');
    await server.ended;
  }
  const url = await runServer(settings).url;
  const decisions = async () => (await send(url, 'GET', `${model}/decisions?limit=1000`)).items as any[];
  const decided = async () => new Set((await decisions()).map(({ subject }) => subject.name)).size;
  await expect.poll(decided, { timeout: 20_000 }).toBe(made);
  expect((await send(url, 'GET', `${model}/aliases/champion`)).version).toBe(`v${made}`);
  // Each move occurs once with its decision: both were committed, or neither.
  const moved = (await decisions())
    .filter(({ outcome }) => outcome === 'moved')
    .map(({ subject }) => subject.name);
  expect(new Set(moved).size).toBe(moved.length);
  const history = (await send(url, 'GET', `${model}/aliases/champion/history?limit=1000`)).items as any[];
  expect(history.map(({ to }) => to)).toEqual(moved);
});

import { createTestDatabase } from '@modelbox/db/testing';
import { afterEach, expect, test, vi } from 'vitest';
import { cleanUp, newFolder, runServer } from './process.ts';

vi.setConfig({ testTimeout: 120_000 });
afterEach(cleanUp);

/** Returns the output of a server from start to stop, with a request that carries secrets in between. */
async function story(settings: Record<string, string>): Promise<string> {
  const { url, drop } = await createTestDatabase();
  const server = runServer({ DATABASE_URL: url, MODELBOX_DATA_DIR: newFolder(), ...settings });
  const address = await server.url;
  const headers = { authorization: 'Bearer hunter2', cookie: 'session=hunter2', 'x-request-id': 'r-1' };
  await fetch(`${address}/v1/models/ai%2Fnosuch`, { headers });
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
  await drop();
  expect(server.output()).not.toContain('hunter2');
  expect(server.output()).not.toContain(new URL(url).password);
  return server.output();
}

test('without a terminal the log is complete JSON lines without secrets', async () => {
  const link = { MODELBOX_SERVICE_HOST: '10.96.0.5', MODELBOX_PORT_8085_TCP: 'tcp://10.96.0.5:8085' };
  const output = await story(link);
  const lines = output.split('\n').filter((line) => line.startsWith('{'));
  const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(entries).toContainEqual(
    expect.objectContaining({ level: 30, reqId: 'r-1', route: 'models.get', method: 'GET', status: 404 }),
  );
  expect(entries[0]).toMatchObject({ level: 30, links: Object.keys(link).sort() });
  expect(entries.at(-1)).toMatchObject({ msg: 'stopped' });
});

test('the log is readable text or silent if the settings say so', async () => {
  expect(await story({ MODELBOX_LOG_FORMAT: 'pretty' })).toMatch(/^\[[\d:]+\] .*INFO.*answered/m);
  expect(await story({ MODELBOX_LOG_LEVEL: 'warn' })).not.toContain('answered');
});

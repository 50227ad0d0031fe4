import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startLoad } from './load.ts';
import { cleanUp, isAlive, newFolder, runServer } from './process.ts';

afterEach(cleanUp);

const postmasterOf = (dataDir: string): number =>
  Number(readFileSync(join(dataDir, 'postgres/postgres/postmaster.pid'), 'utf8').split('\n')[0]);

test('a server killed under load has every answered write after a restart, and nothing incomplete', async () => {
  const dataDir = newFolder();
  const settings = { MODELBOX_DATA_DIR: dataDir };
  for (const round of [1, 2]) {
    const server = runServer(settings);
    const load = await startLoad(await server.url);
    await expect.poll(load.fewest, { timeout: 60_000, interval: 20 }).toBeGreaterThan(10 * round);
    const orphan = postmasterOf(dataDir);
    server.child.kill('SIGKILL');
    expect(await server.ended).toBe('SIGKILL');
    await load.stop();
    expect(load.faults).toEqual([]);

    const again = runServer(settings);
    const url = await again.url;
    await expect
      .poll(again.output, { timeout: 20_000 })
      .toContain('a killed server left its Postgres running');
    expect(isAlive(orphan)).toBe(false);
    await load.verify(url);
    const postmaster = postmasterOf(dataDir);
    again.child.kill('SIGTERM');
    expect(await again.ended).toBe(0);
    expect(isAlive(postmaster)).toBe(false);
  }
}, 180_000);

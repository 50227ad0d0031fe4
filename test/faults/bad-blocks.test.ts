import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openDiskStore } from '@modelbox/blobs';
import { ModelBox } from '@modelbox/client';
import { afterAll, expect, it, vi } from 'vitest';
import { newExperiment } from '../../apps/server/testing/objects.ts';
import { startTestServer } from '../../apps/server/testing/test-server.ts';
import { mountLoopDisk } from './ledger/bad-blocks.ts';
import { exchange } from './ledger/exchange.ts';
import { isStoreAway, passDay, runWorkers, undecided } from './ledger/upkeep.ts';
import { cleanUp, newFolder } from './process.ts';

/* A disk with blocks that become unreadable, and later readable again. */

vi.setConfig({ testTimeout: 120_000 });

const disk = mountLoopDisk(newFolder());
const reason = typeof disk === 'string' ? ` [not run: no loop device here: ${disk}]` : '';
afterAll(async () => {
  if (typeof disk !== 'string') disk.remove();
  await cleanUp();
});

it.skipIf(typeof disk === 'string')(
  `EIO: the file is never served wrong or whole, and works again after the disk does${reason}`,
  async () => {
    if (typeof disk === 'string') return;
    const root = join(disk.root, 'blobs');
    const server = await startTestServer({}, await openDiskStore({ root }));
    try {
      const { id } = await newExperiment(server);
      const content = randomBytes(4 * 2 ** 20);
      const path = `/v1/experiments/${id}/files/large.bin`;
      expect((await exchange('PUT', `${server.url}${path}`, content)).status).toBe(201);
      const { rows } = await server.db.requests.query<{ key: string }>('SELECT key FROM blobs');
      const key = rows[0]?.key ?? '';
      const mend = disk.breakFrom(join(root, 'objects', key.slice(0, 2), key.slice(2, 4), key));

      const broken = await exchange('GET', `${server.url}${path}`);
      expect(broken.isWhole && broken.status === 200).toBe(false);
      const client = new ModelBox({ baseUrl: server.url, maxRetries: 0 });
      await expect(client.experiments.files.download(id, 'large.bin').bytes()).rejects.toThrow();
      const failures: unknown[] = [];
      await runWorkers(server.ctx, (error) => void (isStoreAway(error) || failures.push(error)));

      mend();
      await runWorkers(server.ctx, (error) => failures.push(error));
      if ((await undecided(server)).marked > 0) await passDay(server);
      const answer = await exchange('GET', `${server.url}${path}`);
      expect({ status: answer.status, isWhole: answer.isWhole }).toEqual({ status: 200, isWhole: true });
      expect(answer.bytes.equals(content)).toBe(true);
      expect(failures).toEqual([]);
    } finally {
      await server.stop();
    }
  },
);

import { copiesOnDisk } from '@modelbox/blobs/testing';
import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { startTestServer, type TestServer } from '../../apps/server/testing/test-server.ts';
import { DAMAGES, damagePhase } from './ledger/damage-phases.ts';
import { unreadable, whyAlwaysReadable } from './ledger/disk-phases.ts';
import { rounds, seed, stepsMore } from './ledger/length.ts';
import { type LedgerLoad, startLedgerLoad } from './ledger/run.ts';

/* No answered file is lost, wrong or stuck, whatever happens to copies on a disk. */

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

describe(`a ledger load on disk, seed ${seed}`, () => {
  let server: TestServer;
  let load: LedgerLoad;
  beforeAll(async () => {
    server = await startTestServer();
    load = await startLedgerLoad(server, seed, stepsMore);
  });
  afterAll(async () => {
    process.stdout.write(`${load.report()}\n`);
    await server.stop();
  });

  it('no fault', () =>
    load.run({ name: 'no fault', begin: () => ({ happened: () => ({}), end: () => {} }) }));

  for (let round = 1; round <= rounds; round += 1) {
    it.each(DAMAGES)(`round ${round}: %s`, (damage) =>
      load.run(damagePhase(copiesOnDisk(server.blobsDir), damage)),
    );

    const reason = whyAlwaysReadable ? ` [not run: ${whyAlwaysReadable}]` : '';
    it.skipIf(whyAlwaysReadable)(`round ${round}: unreadable${reason}`, () => load.run(unreadable));
  }

  it('finally the store matches the database, and is empty after everything was deleted', () =>
    load.finish());
});

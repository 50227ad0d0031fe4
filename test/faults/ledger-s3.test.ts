import { type BlobStore, openS3Store } from '@modelbox/blobs';
import { describeWithS3, type FaultProxy, startFaultProxy } from '@modelbox/blobs/testing';
import { afterAll, beforeAll, it, vi } from 'vitest';
import { startTestServer, type TestServer } from '../../apps/server/testing/test-server.ts';
import { rounds, seed, stepsMore } from './ledger/length.ts';
import { type LedgerLoad, startLedgerLoad } from './ledger/run.ts';
import { beginFaults, S3_PHASES } from './ledger/s3-phases.ts';

/* No answered file is lost, wrong or stuck, whatever S3 does. */

// Limits against a hang; a loaded machine is slow.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

await describeWithS3(`a ledger load on S3, seed ${seed}`, (bucket) => {
  let proxy: FaultProxy;
  let server: TestServer;
  let load: LedgerLoad;
  let patient: BlobStore;
  let hasty: BlobStore;
  let store: BlobStore;
  beforeAll(async () => {
    const options = bucket.options();
    const { endpoint = '', credentials } = options;
    proxy = await startFaultProxy({ endpoint, ...(credentials && { credentials }) });
    patient = await openS3Store({ ...options, endpoint: proxy.endpoint });
    hasty = await openS3Store({ ...options, endpoint: proxy.endpoint, stallTimeout: 1_000 });
    store = patient;
    server = await startTestServer({}, new Proxy(patient, { get: (_, name) => Reflect.get(store, name) }));
    load = await startLedgerLoad(server, seed, stepsMore);
  });
  afterAll(async () => {
    process.stdout.write(`${load.report()}\n`);
    await server.stop();
    await proxy.close();
  });

  for (let round = 1; round <= rounds; round += 1)
    it.each(S3_PHASES)(`round ${round}: $name`, ({ faults, ...phase }) =>
      load.run({
        ...phase,
        begin: () => {
          // A second without progress is a fault only in the phase of stalls: a loaded machine may need longer.
          store = phase.name === 'stall' ? hasty : patient;
          const ongoing = beginFaults(proxy, faults);
          const end = async () => {
            await ongoing.end();
            store = patient;
          };
          return { ...ongoing, end };
        },
      }),
    );

  it('finally the store matches the database, and is empty after everything was deleted', () =>
    load.finish());
});

import { type BlobStore, BlobStoreFull } from '@modelbox/blobs';
import type { Database } from '@modelbox/db';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Telemetry } from '../../protocol/context.ts';
import { measureStore } from '../store-state.ts';
import { measureBlobs } from './blob-figures.ts';
import { measureGrowth } from './growth-figures.ts';
import { measurePolicies } from './policy-figures.ts';
import { measureUploads } from './upload-figures.ts';

const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export function createTelemetry(
  db: Database,
  blobs: BlobStore,
  dataDir: string,
  unsequenced: () => Promise<number>,
): Telemetry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'modelbox_http_request_duration_seconds',
    help: 'Time to answer a request, by route, method and status.',
    labelNames: ['route', 'method', 'status'],
    buckets: LATENCY_BUCKETS,
    registers: [registry],
  });
  const running = new Gauge({
    name: 'modelbox_uploads_running',
    help: 'Uploads, and parts of uploads, that stream in now.',
    registers: [registry],
  });
  const uploads = new Counter({
    name: 'modelbox_uploads_total',
    help: 'Uploads, and parts of uploads, that ended, by outcome.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const denied = new Counter({
    name: 'modelbox_denied_total',
    help: 'Denied attempts, by the status of the answer. A denied 404 hides that the object exists.',
    labelNames: ['status'],
    registers: [registry],
  });
  // A series that starts at 0 lets `rate()` see the first denial.
  for (const status of [401, 403, 404]) denied.inc({ status }, 0);
  const unrecorded = new Counter({
    name: 'modelbox_audit_unrecorded_total',
    help: 'Denied attempts that could not be recorded and were answered 503.',
    registers: [registry],
  });
  new Gauge({
    name: 'modelbox_database_connections',
    help: 'Connections by pool and state; `waiting` counts work that waits for a connection.',
    labelNames: ['pool', 'state'],
    registers: [registry],
    collect() {
      const { requests, lists, background, audit, health } = db;
      for (const [name, pool] of Object.entries({ requests, lists, background, audit, health })) {
        this.set({ pool: name, state: 'open' }, pool.totalCount);
        this.set({ pool: name, state: 'idle' }, pool.idleCount);
        this.set({ pool: name, state: 'waiting' }, pool.waitingCount);
      }
    },
  });
  new Gauge({
    name: 'modelbox_change_queue',
    help: 'Committed changes that wait for their place in the feed.',
    registers: [registry],
    async collect() {
      this.set(await unsequenced().catch(() => Number.NaN));
    },
  });
  const limited = new Counter({
    name: 'modelbox_rate_limited_total',
    help: 'Requests that a limit refused, by limit: address, identity, failures, cost or unread.',
    labelNames: ['limit'],
    registers: [registry],
  });
  const reclaimed = measureBlobs(registry, db);
  measureStore(registry, blobs);
  measureUploads(registry, db);
  measureGrowth(registry, db, dataDir);
  const policies = measurePolicies(registry, db);
  return {
    registry,
    ...policies,
    limited: (limit) => limited.inc({ limit }),
    denied: (status) => denied.inc({ status }),
    unrecorded: () => unrecorded.inc(),
    reclaimed: (bytes) => reclaimed.inc(bytes),
    request: (route, method, status, seconds) =>
      requests.observe({ route, method, status: String(status) }, seconds),
    async upload(run) {
      running.inc();
      try {
        const result = await run();
        uploads.inc({ outcome: 'stored' });
        return result;
      } catch (error) {
        uploads.inc({ outcome: error instanceof BlobStoreFull ? 'full' : 'failed' });
        throw error;
      } finally {
        running.dec();
      }
    },
  };
}

import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import {
  type Database,
  migrate,
  openDatabase,
  requirePostgres,
  type SettingsBy,
  startEmbeddedPostgres,
} from '@modelbox/db';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { authenticationBy } from '../access/authenticate.ts';
import { type Config, ConfigError } from '../config/config.ts';
import { postgresFolder } from '../config/data-folders.ts';
import { createTurns } from '../http/costs/caller-turns.ts';
import { createCosts } from '../http/costs/costs.ts';
import { drainConnections } from '../http/guards/connections.ts';
import { rateLimits } from '../http/guards/rate-limits.ts';
import { createAnswers, measureAnswers } from '../http/unread.ts';
import type { Context } from '../protocol/context.ts';
import { bootstrap } from '../resources/tokens/bootstrap.ts';
import { openClock, startClock } from '../runtime/clock.ts';
import type { TimeSource } from '../runtime/time-source.ts';
import { createWakeups } from '../runtime/wakeup.ts';
import { claimBlobs } from '../system/claim-blobs.ts';
import { measureClock } from '../system/figures/clock-figures.ts';
import { createTelemetry } from '../system/figures/telemetry.ts';
import { noteRestore } from '../system/note-restore.ts';
import { openBlobs, storeName } from '../system/open-blobs.ts';
import { tellWaiting } from '../system/tell-waiting.ts';
import { startAuditRetention } from '../workers/audit-retention.ts';
import { startHistoryRetention } from '../workers/history-retention.ts';
import { startIdempotencyKeys } from '../workers/idempotency-keys.ts';
import { startPolicies } from '../workers/policies.ts';
import { startPurge } from '../workers/purge.ts';
import { startRepeatedDenials } from '../workers/repeated-denials.ts';
import { startRetention } from '../workers/retention.ts';
import { startSequencer, unsequencedCount } from '../workers/sequencer.ts';
import { startBlobSweep } from '../workers/store/blob-sweep.ts';
import { startBlobVerify } from '../workers/store/blob-verify.ts';
import { startOrphanSweep } from '../workers/store/orphan-sweep.ts';
import { startUploadCleanup } from '../workers/store/upload-cleanup.ts';
import { startUploadVerify } from '../workers/store/upload-verify.ts';
import { createApp } from './app.ts';
import { kinds } from './resources.ts';
import { type Part, stopInTime } from './stop.ts';

export interface RunningServer {
  readonly url: string;
  /**
   * Waits for requests in flight, then stops the background work, the database pools and the embedded Postgres, all
   * within `shutdownTimeout`.
   */
  stop(): Promise<void>;
}

/** Starts the parts of the server in order. If a later part fails, stops the parts that already run. */
export async function startServer(config: Config, log: Logger, source?: TimeSource): Promise<RunningServer> {
  const parts: Part[] = [];
  const stop = () => stopInTime(parts, config.shutdownTimeout);
  try {
    const db = await startDatabase(config, log, parts);
    const clock = await openClock(db.background, log, source);
    const blobs = await tellWaiting(log, storeName(config), async () => {
      const store = await openBlobs(config, clock.now, (message) => log.warn(message));
      await claimBlobs(config, db, store);
      return store;
    });
    await noteRestore(db, clock.now(), log);
    const telemetry = createTelemetry(db, blobs, config.dataDir, () => unsequencedCount(db));
    measureClock(telemetry.registry, clock);
    const wakeups = createWakeups();
    const turns = createTurns(config, db, telemetry.registry);
    const ctx: Context = {
      settings: config,
      kinds,
      db,
      blobs,
      log,
      telemetry,
      wakeups,
      authentication: authenticationBy(config),
      rateLimits: rateLimits(config),
      answers: measureAnswers(telemetry.registry, createAnswers(config)),
      turns,
      costs: createCosts(config, db, turns, telemetry.registry),
      clock,
      now: clock.now,
    };
    if (config.bootstrapToken !== undefined && (await bootstrap(ctx, config.bootstrapToken)))
      log.info('the bootstrap token is that of the first administrator, user:admin');
    const loops = [
      startClock(clock, log),
      startSequencer(db, log, wakeups.sequenced),
      startPolicies(ctx),
      startRetention(ctx),
      startPurge(ctx),
      startIdempotencyKeys(ctx),
      startAuditRetention(ctx),
      startRepeatedDenials(ctx),
      startHistoryRetention(ctx),
      startBlobSweep(ctx),
      startOrphanSweep(ctx),
      ...startBlobVerify(ctx),
      ...startUploadVerify(ctx),
      startUploadCleanup(ctx),
    ];
    parts.push({
      name: 'the background work',
      stop: async (late) => {
        onAbort(late, db.cut);
        await Promise.all(loops.map((loop) => loop.stop()));
      },
    });
    const app = createApp(ctx);
    // For `localhost`, Fastify would create a second server that lacks the connection limits of the first one.
    await app.listen({ host: config.host === 'localhost' ? '127.0.0.1' : config.host, port: config.port });
    parts.push({ name: 'the HTTP server', stop: (late) => closeHttp(app, db, log, late) });
    const { address, port, family } = app.server.address() as AddressInfo;
    return { url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`, stop };
  } catch (error) {
    // The caller needs the cause of the failed start, not the failure of the stop.
    await stop().catch((failure: unknown) => log.warn({ err: failure }, 'did not stop cleanly'));
    throw error;
  }
}

async function startDatabase(config: Config, log: Logger, parts: Part[]): Promise<Database> {
  await makeDataDir(config.dataDir);
  let url = config.databaseUrl;
  let settingsBy: SettingsBy = 'startup';
  if (url === undefined) {
    const postgres = await startEmbeddedPostgres({ dataDir: postgresFolder(config.dataDir), log });
    parts.push({ name: 'the embedded Postgres', stop: (late) => postgres.stop(late) });
    url = postgres.connectionString;
  } else {
    settingsBy = await requirePostgres(url);
  }
  await migrate({ url, settingsBy, allowNewer: config.allowNewerSchema, log });
  const db = openDatabase({
    url,
    settingsBy,
    poolSize: config.databasePoolSize,
    listTimeout: config.queryTimeout,
    log,
  });
  parts.push({
    name: 'the database connections',
    stop: (late) => {
      onAbort(late, db.cut);
      return db.close();
    },
  });
  return db;
}

async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = (error as Error).message;
    throw new ConfigError([
      `The data folder ${dataDir} cannot be created (${reason}). Choose another MODELBOX_DATA_DIR.`,
    ]);
  }
}

/** Milliseconds that requests have to answer 503 after the stop closes their database connections. */
const LAST_WORDS = 500;

/**
 * Waits for requests in flight. At the deadline, requests that wait for the database get 503, and other connections are
 * closed.
 */
async function closeHttp(app: FastifyInstance, db: Database, log: Logger, late: AbortSignal): Promise<void> {
  const over = new AbortController();
  onAbort(late, () => {
    log.warn('requests in flight did not end in time; the server cuts them off');
    db.cut();
    setTimeout(() => over.abort(), LAST_WORDS);
  });
  await drainConnections(app.server, over.signal);
  await app.close();
}

const onAbort = (signal: AbortSignal, run: () => void): void =>
  signal.addEventListener('abort', run, { once: true });

import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Database, migrate, openDatabase, requirePostgres, startEmbeddedPostgres } from '@modelbox/db';
import type { Logger } from 'pino';
import { authenticationBy } from './access/authenticate.ts';
import { bootstrap } from './access/bootstrap.ts';
import { createApp } from './app.ts';
import { openClock, startClock } from './clock/clock.ts';
import type { TimeSource } from './clock/time-source.ts';
import { type Config, ConfigError } from './config.ts';
import type { Context } from './context.ts';
import { drainConnections } from './http/connections.ts';
import { rateLimits } from './http/rate-limits.ts';
import { claimBlobs } from './system/claim-blobs.ts';
import { measureClock } from './system/clock-figures.ts';
import { noteRestore } from './system/note-restore.ts';
import { openBlobs } from './system/open-blobs.ts';
import { createTelemetry } from './system/telemetry.ts';
import { startAuditRetention } from './workers/audit-retention.ts';
import { createBells } from './workers/bell.ts';
import { startBlobSweep } from './workers/blob-sweep.ts';
import { startBlobVerify } from './workers/blob-verify.ts';
import { startHistoryRetention } from './workers/history-retention.ts';
import { startIdempotencyKeys } from './workers/idempotency-keys.ts';
import { startPolicies } from './workers/policies.ts';
import { startPurge } from './workers/purge.ts';
import { startRetention } from './workers/retention.ts';
import { startSequencer, unsequencedCount } from './workers/sequencer.ts';
import { startStraySweep } from './workers/stray-sweep.ts';
import { startUploadCleanup } from './workers/upload-cleanup.ts';
import { startUploadVerify } from './workers/upload-verify.ts';

/** A server that listens. */
export interface RunningServer {
  readonly url: string;
  /** Lets requests in flight end, then stops the work beside them, the database pool and the embedded Postgres. */
  stop(): Promise<void>;
}

/** Starts all that a server is made of, in order; what was started is stopped again where a later part fails. */
export async function startServer(config: Config, log: Logger, source?: TimeSource): Promise<RunningServer> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    const failures: unknown[] = [];
    for (const step of stops.splice(0).reverse())
      await step().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw new AggregateError(failures, 'parts of the server did not stop cleanly');
  };
  try {
    const db = await startDatabase(config, log, stops);
    const clock = await openClock(db.side, log, source);
    const blobs = await openBlobs(config, clock.now);
    await claimBlobs(config, db, blobs);
    await noteRestore(db, clock.now(), log);
    const telemetry = createTelemetry(db, blobs, config.dataDir, () => unsequencedCount(db));
    measureClock(telemetry.registry, clock);
    const bells = createBells();
    const ctx: Context = {
      settings: config,
      db,
      blobs,
      log,
      telemetry,
      bells,
      authentication: authenticationBy(config),
      rateLimits: rateLimits(config),
      clock,
      now: clock.now,
    };
    if (config.bootstrapToken !== undefined && (await bootstrap(ctx, config.bootstrapToken)))
      log.info('the bootstrap token is that of the first administrator, user:admin');
    const loops = [
      startClock(clock, log),
      startSequencer(db, log, bells.sequenced),
      startPolicies(ctx),
      startRetention(ctx),
      startPurge(ctx),
      startIdempotencyKeys(ctx),
      startAuditRetention(ctx),
      startHistoryRetention(ctx),
      startBlobSweep(ctx),
      startStraySweep(ctx),
      ...startBlobVerify(ctx),
      ...startUploadVerify(ctx),
      startUploadCleanup(ctx),
    ];
    stops.push(async () => void (await Promise.all(loops.map((loop) => loop.stop()))));
    const app = createApp(ctx);
    // For `localhost` Fastify would make a second server, without the limits and the account of connections of the first.
    await app.listen({ host: config.host === 'localhost' ? '127.0.0.1' : config.host, port: config.port });
    stops.push(() => closeInTime(app, config.shutdownTimeout, log));
    const { address, port, family } = app.server.address() as AddressInfo;
    return { url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`, stop };
  } catch (error) {
    // Why it did not start is what counts.
    await stop().catch((failure: unknown) => log.warn({ err: failure }, 'did not stop cleanly'));
    throw error;
  }
}

async function startDatabase(config: Config, log: Logger, stops: (() => Promise<void>)[]): Promise<Database> {
  await makeDataDir(config.dataDir);
  let url = config.databaseUrl;
  if (url === undefined) {
    const postgres = await startEmbeddedPostgres({ dataDir: join(config.dataDir, 'postgres'), log });
    stops.push(() => postgres.stop());
    url = postgres.connectionString;
  } else {
    await requirePostgres(url);
  }
  await migrate({ url, allowNewer: config.allowNewerSchema, log });
  const db = openDatabase({ url, poolSize: config.databasePoolSize, listTimeout: config.queryTimeout, log });
  stops.push(() => db.close());
  return db;
}

async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = (error as Error).message;
    throw new ConfigError([
      `The data folder ${dataDir} cannot be made (${reason}). Choose another MODELBOX_DATA_DIR.`,
    ]);
  }
}

/** Waits for requests in flight, but not for ever: a stalled upload must not keep the server from stopping. */
async function closeInTime(app: ReturnType<typeof createApp>, timeout: number, log: Logger): Promise<void> {
  const late = new AbortController();
  const timer = setTimeout(() => {
    log.warn('requests in flight took too long to end; they are cut off');
    late.abort();
  }, timeout);
  await drainConnections(app.server, late.signal);
  clearTimeout(timer);
  await app.close();
}

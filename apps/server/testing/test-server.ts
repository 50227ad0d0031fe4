import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BlobStore, openDiskStore } from '@modelbox/blobs';
import { type Database, openDatabase } from '@modelbox/db';
import { createTestDatabase } from '@modelbox/db/testing';
import type { FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';
import { authenticationBy } from '../src/access/authenticate.ts';
import { createApp } from '../src/app/app.ts';
import { kinds } from '../src/app/resources.ts';
import { createTurns } from '../src/http/costs/caller-turns.ts';
import { createCosts } from '../src/http/costs/costs.ts';
import { rateLimits } from '../src/http/guards/rate-limits.ts';
import { createAnswers, measureAnswers } from '../src/http/unread.ts';
import type { Context } from '../src/protocol/context.ts';
import type { Settings } from '../src/protocol/settings.ts';
import { openClock } from '../src/runtime/clock.ts';
import { systemTime } from '../src/runtime/time-source.ts';
import { createWakeups } from '../src/runtime/wakeup.ts';
import { measureClock } from '../src/system/figures/clock-figures.ts';
import { createTelemetry } from '../src/system/figures/telemetry.ts';
import { unsequencedCount } from '../src/workers/sequencer.ts';

/** An answer whose JSON body is parsed; other bodies are text. An empty body is undefined. */
export interface TestAnswer<B = any> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: B;
}

export interface TestServer {
  readonly url: string;
  readonly app: FastifyInstance;
  readonly ctx: Context;
  readonly db: Database;
  readonly databaseUrl: string;
  readonly blobsDir: string;
  /** Sends a request over HTTP. Plain values are sent as JSON; strings, Buffers and streams as they are. */
  api<B = any>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<TestAnswer<B>>;
  /** Moves the time of this machine, of the database and of this server's clock forward. */
  advance(ms: number): void;
  /** Sets this server's own clock wrong by `ms`; 0 corrects it. */
  skew(ms: number): void;
  /** Sets the database's clock forward or back, as this server sees it. */
  jump(ms: number): void;
  stop(): Promise<void>;
}

const SETTINGS: Settings = {
  auth: 'open',
  oidcIssuer: undefined,
  oidcAudience: undefined,
  oidcSubjectClaim: 'sub',
  oidcGroupsClaim: 'groups',
  oidcClockSkew: 60_000,
  oidcAdministrators: [],
  rootCreators: [],
  mintByTokens: true,
  tokenMaxLifetime: 'none',
  tokenIdleExpiry: 'none',
  maxTokens: 1000,
  maxOpenUploads: 1000,
  maxOpenUploadsNamespace: 10_000,
  uploadQuotaShare: 50,
  rateLimitIdentity: 0,
  rateLimitAddress: 0,
  rateLimitFailures: 0,
  rateLimitCost: 0,
  auditDenials: 0,
  auditReads: false,
  auditRetention: 365 * 86_400_000,
  changesRetention: 400 * 86_400_000,
  metricsOpen: false,
  allowRemote: false,
  trustProxy: [],
  maxConnections: 10_000,
  bodyLimit: 16 * 2 ** 20,
  metricKeys: 5_000,
  pageBytes: 4 * 2 ** 20,
  unreadAnswers: 256 * 2 ** 20,
  answerStallTimeout: 60_000,
  maxFileSize: 2 ** 30,
  signedUrlExpiry: 900_000,
  bodyTimeout: 5_000,
  queryTimeout: 30_000,
  requestsPerCaller: 4,
  costlyPerCaller: 2,
  costlyPerNamespace: 4,
  costlyQueue: 100,
  costlyWait: 10_000,
  deleteGrace: 30 * 86_400_000,
  retentionInterval: 900_000,
  retentionMinGrace: 86_400_000,
  blobGrace: 86_400_000,
  uploadExpiry: 7 * 86_400_000,
  verifyRate: 2 ** 40,
  checkAnswers: true,
};

/**
 * Starts a server on a free port with its own database and blob folder, or with the given store. Workers run only when
 * a test calls them.
 * @param beside another server to share database and blob folder with; stop that one last.
 */
export async function startTestServer(
  changed: Partial<Settings> = {},
  store?: BlobStore,
  beside?: Pick<TestServer, 'databaseUrl' | 'blobsDir'>,
  log: Logger = pino({ level: 'silent' }),
): Promise<TestServer> {
  const settings: Settings = { ...SETTINGS, ...changed };
  const database = beside ? { url: beside.databaseUrl, drop: async () => {} } : await createTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'modelbox-test-'));
  const blobsDir = beside?.blobsDir ?? join(folder, 'blobs');
  const db = openDatabase({ url: database.url, poolSize: 12, listTimeout: settings.queryTimeout });
  const blobs = store ?? (await openDiskStore({ root: blobsDir }));
  let passed = 0;
  let skewed = 0;
  let jumped = 0;
  const real = systemTime();
  const clock = await openClock(db.background, log, {
    steady: () => real.steady() + passed,
    wall: () => real.wall() + passed + skewed,
    database: (reported) => reported + passed + jumped,
  });
  const telemetry = createTelemetry(db, blobs, folder, () => unsequencedCount(db));
  measureClock(telemetry.registry, clock);
  const turns = createTurns(settings, db, telemetry.registry);
  const ctx: Context = {
    settings,
    kinds,
    db,
    blobs,
    log,
    telemetry,
    wakeups: createWakeups(),
    authentication: authenticationBy(settings),
    rateLimits: rateLimits(settings),
    answers: measureAnswers(telemetry.registry, createAnswers(settings)),
    turns,
    costs: createCosts(settings, db, turns, telemetry.registry),
    clock,
    now: clock.now,
  };
  const app = createApp(ctx);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  return {
    url,
    app,
    ctx,
    db,
    databaseUrl: database.url,
    blobsDir,
    api: (method, path, body, headers) => send(`${url}${path}`, method, body, headers),
    advance: (ms) => {
      passed += ms;
    },
    skew: (ms) => {
      skewed = ms;
    },
    jump: (ms) => {
      jumped += ms;
    },
    stop: async () => {
      app.server.closeAllConnections();
      await app.close();
      await db.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function send<B>(
  url: string,
  method: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<TestAnswer<B>> {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream;
  const response = await fetch(url, {
    method,
    headers: { ...(body === undefined || isRaw ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: isRaw ? body : JSON.stringify(body), duplex: 'half' }),
  } as RequestInit);
  const text = await response.text();
  const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    body: (text === '' ? undefined : isJson ? JSON.parse(text) : text) as B,
  };
}

/** Encodes a name as one path parameter: `ai/vision/yolo`. */
export const ref = (name: string): string => encodeURIComponent(name);

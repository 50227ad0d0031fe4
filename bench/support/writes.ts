import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, Line } from '../benchmark.ts';
import { compare } from './compare.ts';
import { cpuOf, cpuOfPostgres } from './cpu.ts';
import { onDatabase, rowCounts } from './databases.ts';
import { load, requestBytes } from './load.ts';
import { cpuNote, perSecond } from './report.ts';
import { makeRuns } from './runs.ts';

/** A kind of write through the server, and a process that writes the same rows with `pg` alone. */
export interface Writes {
  readonly what: string;
  readonly database: string;
  readonly inFlight: number;
  /** Path of the write, below `/v1/experiments/{id}`. */
  readonly path: string;
  body(run: number, n: number): unknown;
  readonly status: number;
  /** A file of `bench/processes`. It gets `{url, experiments}` and these settings. */
  readonly baseline: string;
  readonly settings?: object;
  /** Tables in which both sides must write the same number of rows for each request. */
  readonly tables: readonly string[];
  readonly target?: Line['target'];
}

/** Compares writes through the server with `pg` alone, on one Postgres, each in its own database. */
export async function compareWrites(bench: Bench, writes: Writes): Promise<Line> {
  const ours = await bench.databases.create(writes.database);
  const theirs = await bench.databases.create(`${writes.database}_pg`);
  const runs = await makeRuns(ours, writes.inFlight);
  const experiments = await makeRuns(theirs, writes.inFlight);
  const server = await bench.server(ours);
  const baseline = await bench.baseline(writes.baseline, { url: theirs, experiments, ...writes.settings });
  const postgres = () => cpuOfPostgres(bench.databases.postmaster);

  const sent = runs.map(() => 0);
  const request = (connection: number) => {
    const n = sent[connection] ?? 0;
    sent[connection] = n + 1;
    const key = { 'idempotency-key': randomBytes(16).toString('hex') };
    const path = `/v1/experiments/${runs[connection]}${writes.path}`;
    return requestBytes('POST', path, key, JSON.stringify(writes.body(connection, n)));
  };
  const { url, pid } = server;
  const send = (seconds: number) =>
    load({ url, connections: writes.inFlight, seconds, request, status: writes.status });
  const result = await compare(
    { run: send, cpu: { server: () => cpuOf(pid), Postgres: postgres } },
    { run: baseline.run, cpu: { script: () => cpuOf(baseline.pid), Postgres: postgres } },
    { ...(bench.quick ? QUICK : WHOLE), drain: () => sequenced(ours) },
  );
  await demandSameRows(writes.tables, ours, theirs);
  return {
    what: writes.what,
    ours: perSecond(result.ours.rate),
    baseline: perSecond(result.baseline.rate),
    ratios: result.ratios,
    ...(writes.target ? { target: writes.target } : {}),
    note: `${cpuNote('CPU µs each', result.ours.cpu)}; ${cpuNote('of the baseline', result.baseline.cpu)}`,
  };
}

const QUICK = { rounds: 3, seconds: 0.6, warmUp: 0.6 };
const WHOLE = { rounds: 5, seconds: 2.5, warmUp: 2.5 };

/** Waits until every change has its position in the feed, so that the next side does not pay for this work. */
const sequenced = (url: string): Promise<void> =>
  onDatabase(url, async (client) => {
    while ((await client.query('SELECT FROM changes WHERE seq IS NULL LIMIT 1')).rowCount) await sleep(25);
  });

/** The comparison is fair only if both sides write the same number of rows for each idempotency key. */
async function demandSameRows(tables: readonly string[], ours: string, theirs: string): Promise<void> {
  const perKey = async (url: string) => {
    const [keys = 0, ...counts] = await rowCounts(url, ['idempotency_receipts', ...tables]);
    return counts.map((count) => count / keys);
  };
  const [mine, others] = await Promise.all([perKey(ours), perKey(theirs)]);
  for (const [index, table] of tables.entries()) {
    if (mine[index] !== others[index])
      throw new Error(`${table}: ${mine[index]} rows a request, the baseline ${others[index]}`);
  }
}

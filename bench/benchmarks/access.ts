import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, Benchmark, Line } from '../benchmark.ts';
import { checkpointBody } from '../support/bodies.ts';
import { CALLERS, makeCallers, NAMESPACES, secretOf, wideSecret } from '../support/callers.ts';
import { MODEL, makeVersions } from '../support/catalog.ts';
import { compare } from '../support/compare.ts';
import { cpuOf, cpuOfPostgres } from '../support/cpu.ts';
import { onDatabase } from '../support/databases.ts';
import { load, requestBytes } from '../support/load.ts';
import { median } from '../support/median.ts';
import { cpuNote, perSecond } from '../support/report.ts';
import { makeRuns } from '../support/runs.ts';
import type { Subject } from '../support/server.ts';

interface Ask {
  readonly what: string;
  readonly inFlight: number;
  readonly status: number;
  readonly method: string;
  readonly path: (n: number) => string;
  readonly body?: (n: number) => string;
  /** Sent by a caller with a role on every namespace; otherwise by all callers in turn. */
  readonly isWide?: true;
}

/** Measures the cost of authentication and authorization against the open server, which does neither. */
export const access: Benchmark = {
  name: 'access',
  says:
    `requests by ${CALLERS} tokens with roles on ${NAMESPACES} namespaces, against the open server on ` +
    'the same database',
  async *run(bench) {
    const url = await bench.databases.create('access');
    await makeVersions(url, bench.quick ? 1000 : 10_000);
    await makeCallers(url);
    const runs = await makeRuns(url, 16);
    const open = await bench.server(url);
    const closed = await bench.server(url, { MODELBOX_AUTH: 'tokens', ...UNLIMITED });
    const name = encodeURIComponent(MODEL);
    const model = await open.api('GET', `/v1/models/${name}`);
    const asks: Ask[] = [
      { what: 'resolve `ai/vision/yolo@prod`', ...get(() => `/v1/resolve?ref=${name}%40prod`) },
      { what: 'get a model by id', ...get(() => `/v1/models/${model.id}`) },
      { what: 'get a model by id', ...get(() => `/v1/models/${model.id}`), isWide: true },
      { what: 'list 100 versions', ...get(() => `/v1/models/${model.id}/versions?limit=100`) },
      { what: 'list 100 of all models', ...get(() => '/v1/models?limit=100'), isWide: true },
      {
        what: 'create a checkpoint',
        inFlight: 16,
        status: 201,
        method: 'POST',
        path: (n) => `/v1/experiments/${runs[n % runs.length]}/checkpoints`,
        body: (n) => JSON.stringify(checkpointBody(n % runs.length, Math.floor(n / runs.length))),
      },
    ];
    await remembered(closed);
    for (const ask of asks) yield await line(bench, open, closed, ask);
    yield await revocation(bench, url);
  },
};

/**
 * Lets every caller send one request: the server looks a caller up at its first request, and when its rights change.
 */
async function remembered({ url }: Subject): Promise<void> {
  let sent = 0;
  const request = () =>
    requestBytes('GET', '/v1/whoami', { authorization: `Bearer ${secretOf(sent++ % CALLERS)}` });
  while (sent < CALLERS) await load({ url, connections: 32, seconds: 1, request, status: 200 });
}

/** Limits that count requests but never refuse one. */
const UNLIMITED = {
  MODELBOX_RATE_LIMIT_IDENTITY: '1000000000',
  MODELBOX_RATE_LIMIT_ADDRESS: '1000000000',
};

const get = (path: () => string) => ({ inFlight: 32, status: 200, method: 'GET', path });

async function line(bench: Bench, open: Subject, closed: Subject, ask: Ask): Promise<Line> {
  let sent = 0;
  const from = ({ url }: Subject, isKnown: boolean) => {
    const request = () => {
      const n = sent++;
      const authorization = `Bearer ${ask.isWide ? wideSecret : secretOf(n % CALLERS)}`;
      const key = ask.body ? { 'idempotency-key': randomBytes(16).toString('hex') } : {};
      const headers = { ...(isKnown ? { authorization } : {}), ...key };
      return requestBytes(ask.method, ask.path(n), headers, ask.body?.(n));
    };
    return (seconds: number) =>
      load({ url, connections: ask.inFlight, seconds, request, status: ask.status });
  };
  const postgres = () => cpuOfPostgres(bench.databases.postmaster);
  const result = await compare(
    { run: from(closed, true), cpu: { server: () => cpuOf(closed.pid), Postgres: postgres } },
    { run: from(open, false), cpu: { server: () => cpuOf(open.pid), Postgres: postgres } },
    bench.quick ? { rounds: 3, seconds: 0.6, warmUp: 1 } : { rounds: 7, seconds: 2, warmUp: 3 },
  );
  const by = ask.isWide ? `by one with roles on ${NAMESPACES} namespaces` : `by ${CALLERS} in turn`;
  return {
    what: `CPU to ${ask.what}, ${by}`,
    ours: perSecond(result.ours.rate),
    baseline: perSecond(result.baseline.rate),
    ratios: result.cpuRatios,
    target: { atMost: 1.1 },
    note: `${cpuNote('CPU µs each', result.ours.cpu)}; ${cpuNote('of the baseline', result.baseline.cpu)}`,
  };
}

/** Measures how long a token revoked on one server still works on another one. */
async function revocation(bench: Bench, url: string): Promise<Line> {
  const other = await bench.server(url, { MODELBOX_AUTH: 'tokens', ...UNLIMITED });
  const status = async (caller: number) =>
    (await fetch(`${other.url}/v1/whoami`, { headers: { authorization: `Bearer ${secretOf(caller)}` } }))
      .status;
  const times: number[] = [];
  for (let caller = 0; caller < (bench.quick ? 3 : 20); caller++) {
    if ((await status(caller)) !== 200) throw new Error('the token does not count');
    await onDatabase(url, (client) =>
      client.query('UPDATE tokens SET revoked_at = now() WHERE principal = $1', [`user:${caller}`]),
    );
    const began = performance.now();
    while ((await status(caller)) === 200) await sleep(5);
    times.push(performance.now() - began);
  }
  const ms = (value: number) => `${Math.round(value)} ms`;
  return {
    what: 'time until another server refuses a token that was revoked',
    ours: ms(median(times)),
    baseline: '',
    ratios: [],
    note:
      `at most ${ms(Math.max(...times))} of ${times.length}; within 2 s: ` +
      `${Math.max(...times) <= 2000 ? 'met' : 'missed'}`,
  };
}

import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkpointBody } from '../support/bodies.ts';
import type { Workers } from './teams.ts';

/** Milliseconds between two requests of one operation, and between two probes: the pace of a small team. */
const EVERY = 250;
const PROBE_EVERY = 100;
/** Concurrent requests of one operation. Further due requests wait. */
const IN_FLIGHT = 4;
/** Milliseconds after which a request counts as failed. */
const TIMEOUT = 30_000;
/** The default timeout of a Kubernetes probe. */
const PROBE_TIMEOUT = 1_000;
const FILE_BYTES = 256 * 1024;

export interface Outcome {
  /** Milliseconds from the due time of a request to its answer. */
  readonly times: number[];
  readonly failures: Map<string, number>;
}

export interface WorkDone {
  readonly operations: ReadonlyMap<string, Outcome>;
  readonly probes: Outcome;
  denied: number;
  readonly read: string[];
}

interface Ask {
  readonly method: string;
  readonly path: string;
  readonly body?: Buffer | string;
  readonly status: number;
}

/** Sends the requests of a team at a steady pace, and returns their times. */
export async function work(url: string, team: Workers, seconds: number): Promise<WorkDone> {
  const session = `${process.pid}-${randomBytes(4).toString('hex')}`;
  const done = {
    operations: new Map<string, Outcome>(),
    probes: newOutcome(),
    denied: 0,
    read: [] as string[],
  };
  const stored: string[] = [];
  const { model, version, run, member } = team;
  const files = `/v1/models/${model}/files/${session}`;
  const get = (path: string): Ask => ({ method: 'GET', path, status: 200 });
  const operations: Record<string, (n: number) => Ask | undefined> = {
    'resolve an alias': () => get('/v1/resolve?ref=team-b%2Fdetector%40prod'),
    'get a version': () => get(`/v1/versions/${version}`),
    'create a checkpoint': (n) => ({
      method: 'POST',
      path: `/v1/experiments/${run}/checkpoints`,
      body: JSON.stringify(checkpointBody(0, Number.parseInt(session.split('-')[1] ?? '0', 16) + n)),
      status: 201,
    }),
    'upload a file': (n) => ({
      method: 'PUT',
      path: `${files}-${n}.bin`,
      body: randomBytes(FILE_BYTES),
      status: 201,
    }),
    'download a file': () => {
      const path = stored.shift();
      return path === undefined ? undefined : get(path);
    },
    'list 100 versions': () => get(`/v1/models/${model}/versions?limit=100`),
    'be denied': () => ({ method: 'DELETE', path: `/v1/models/${model}`, status: 403 }),
  };
  const agent = new Agent({ keepAlive: true });
  const authorization = `Bearer ${member.token}`;
  const end = performance.now() + seconds * 1000;
  const loops = Object.entries(operations).map(([name, next]) => {
    const outcome = newOutcome();
    done.operations.set(name, outcome);
    return paced(end, async (n, due) => {
      const ask = next(n);
      if (ask === undefined) return;
      const result = await send(url, ask, agent, { authorization }, TIMEOUT);
      outcome.times.push(performance.now() - due);
      if (result !== String(ask.status)) return count(outcome.failures, result);
      if (ask.method === 'PUT') stored.push(ask.path);
      if (ask.status === 403) done.denied += 1;
      if (name === 'download a file') done.read.push(ask.path);
    });
  });
  await Promise.all([...loops, probe(url, end, done.probes)]);
  agent.destroy();
  return done;
}

const newOutcome = (): Outcome => ({ times: [], failures: new Map() });

const count = (counts: Map<string, number>, what: string): void =>
  void counts.set(what, (counts.get(what) ?? 0) + 1);

/**
 * Sends a request each time that one is due. The time in the queue counts too. Stops `TIMEOUT` after the end, because
 * the comparison is lost by then.
 */
async function paced(end: number, send: (n: number, due: number) => Promise<void>): Promise<void> {
  const began = performance.now();
  let next = 0;
  const one = async () => {
    while (true) {
      const n = next++;
      const due = began + n * EVERY;
      if (due >= end || performance.now() > end + TIMEOUT) return;
      const early = due - performance.now();
      if (early > 0) await sleep(early);
      await send(n, due);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, one));
}

/** Probes `/readyz` as a cluster would, but more often. */
async function probe(url: string, end: number, outcome: Outcome): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const all: Promise<void>[] = [];
  while (performance.now() < end) {
    const due = performance.now();
    const ask = { method: 'GET', path: '/readyz', status: 200 };
    all.push(
      send(url, ask, agent, {}, PROBE_TIMEOUT).then((result) => {
        outcome.times.push(performance.now() - due);
        if (result !== '200') count(outcome.failures, result);
      }),
    );
    await sleep(PROBE_EVERY);
  }
  await Promise.all(all);
  agent.destroy();
}

function send(
  url: string,
  { method, path, body }: Ask,
  agent: Agent,
  headers: Record<string, string>,
  timeout: number,
): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const isJson = typeof body === 'string';
  const type = { 'content-type': isJson ? 'application/json' : 'application/octet-stream' };
  const length = body === undefined ? {} : { ...type, 'content-length': Buffer.byteLength(body) };
  const sent = request(`${url}${path}`, { method, agent, headers: { ...headers, ...length } });
  const timer = setTimeout(() => sent.destroy(new Error(`no answer in ${timeout / 1000} s`)), timeout);
  sent.on('response', (response) => {
    response.on('error', () => resolve('cut off'));
    response.on('end', () => resolve(String(response.statusCode)));
    response.resume();
  });
  sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  sent.end(body);
  return promise.finally(() => clearTimeout(timer));
}

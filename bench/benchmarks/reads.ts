import type { Bench, Benchmark, Line } from '../benchmark.ts';
import { MODEL, makeVersions } from '../support/catalog.ts';
import { compare } from '../support/compare.ts';
import { cpuOf, cpuOfPostgres } from '../support/cpu.ts';
import { load, requestBytes } from '../support/load.ts';
import { cpuNote, perSecond } from '../support/report.ts';
import type { Subject } from '../support/server.ts';

const CONNECTIONS = 32;

/** Measures the reads that pipelines repeat, against Fastify answering the same bytes from memory. */
export const reads: Benchmark = {
  name: 'reads',
  says: 'resolve and get against bare Fastify answering the same body as a constant string',
  async *run(bench) {
    const url = await bench.databases.create('reads');
    await makeVersions(url, bench.quick ? 1000 : 10_000);
    const server = await bench.server(url);
    const name = encodeURIComponent(MODEL);
    const version = await server.api('GET', `/v1/versions/${name}%40prod`);
    const model = await server.api('GET', `/v1/models/${name}`);
    for (const [what, path] of [
      ['resolve `ai/vision/yolo@prod`', `/v1/resolve?ref=${name}%40prod`],
      ['get a version by id', `/v1/versions/${version.id}`],
      ['get a version by name', `/v1/versions/${name}%3Av1`],
      ['get a model by id', `/v1/models/${model.id}`],
    ] as const) {
      yield await line(bench, server, `${what}, ${CONNECTIONS} in flight`, path);
    }
  },
};

async function line(bench: Bench, server: Subject, what: string, path: string): Promise<Line> {
  const body = await fetch(`${server.url}${path}`).then((response) => response.text());
  const bare = await bench.baseline('bare-fastify.ts', { body });
  const from = (url: string, target: string) => {
    const bytes = requestBytes('GET', target);
    return (seconds: number) =>
      load({ url, connections: CONNECTIONS, seconds, request: () => bytes, status: 200 });
  };
  const postgres = () => cpuOfPostgres(bench.databases.postmaster);
  const result = await compare(
    { run: from(server.url, path), cpu: { server: () => cpuOf(server.pid), Postgres: postgres } },
    { run: from(bare.url, '/'), cpu: { Fastify: () => cpuOf(bare.pid) } },
    bench.quick ? { rounds: 3, seconds: 0.4, warmUp: 0.6 } : { rounds: 5, seconds: 1.5, warmUp: 1.5 },
  );
  return {
    what,
    ours: perSecond(result.ours.rate),
    baseline: perSecond(result.baseline.rate),
    ratios: result.ratios,
    target: { atLeast: 0.5 },
    note: `${cpuNote('CPU µs each', result.ours.cpu)}; ${cpuNote('of the baseline', result.baseline.cpu)}`,
  };
}

import type { Bench, Benchmark, Line } from '../benchmark.ts';
import { MODEL, makeVersions } from '../support/catalog.ts';
import { median } from '../support/median.ts';
import { peakOf } from '../support/memory.ts';
import type { Subject } from '../support/server.ts';

const POLICY = {
  label: [
    {
      name: 'best',
      alias: 'champion',
      metric: 'mAP',
      direction: 'max',
      notWorse: [{ metric: 'val_loss', direction: 'min', tolerance: { abs: 10 } }],
      filter: "metadata.license IN ('mit', 'apache-2.0')",
    },
  ],
};

const KEEP = [{ best: 100, metric: 'mAP', direction: 'max' }, { latest: 100 }, { filter: "'gold' IN tags" }];

/** Measures rules over a model with many versions: a decision after one metric must not cost more than with few. */
export const policies: Benchmark = {
  name: 'policies',
  says: 'a decision after one metric, and a retention plan, under 100,000 versions against 1,000',
  async *run(bench) {
    const many = bench.quick ? 10_000 : 100_000;
    const few = await subjectWith(bench, 1_000);
    const crowd = await subjectWith(bench, many);
    yield await decisions(few, crowd, many, bench.quick ? 10 : 40);
    yield await plan(few, crowd, many);
  },
};

async function subjectWith(bench: Bench, count: number): Promise<Subject> {
  const database = await bench.databases.create(`policies_${count}`);
  bench.say(`making ${count} versions`);
  await makeVersions(database, count);
  const server = await bench.server(database);
  await server.api('PUT', `/v1/models/${encodeURIComponent(MODEL)}/policy`, POLICY);
  await until(async () => (await holderOf(server)) !== undefined);
  return server;
}

const holderOf = (server: Subject): Promise<string | undefined> =>
  server.api<{ version: string }>('GET', `/v1/models/${encodeURIComponent(MODEL)}/aliases/champion`).then(
    ({ version }) => version,
    () => undefined,
  );

async function until(isDone: () => Promise<boolean>): Promise<void> {
  while (!(await isDone())) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Logs one metric and waits for the decision. Some versions are better, and some are not. */
async function decisions(few: Subject, crowd: Subject, many: number, rounds: number): Promise<Line> {
  let best = 10;
  const once = async (server: Subject, round: number): Promise<number> => {
    const version = `${MODEL}:v${round + 1}`;
    best += 1;
    const value = round % 4 === 0 ? best : -1;
    const path = `/v1/versions/${encodeURIComponent(version)}`;
    await server.api('POST', `${path}/metrics`, { metrics: [{ key: 'mAP', value, step: Date.now() }] });
    const said = performance.now();
    await until(async () => {
      const { items } = await server.api<{ items: { inputs: { value: number } }[] }>(
        'GET',
        `${path}/decisions?limit=1`,
      );
      return items[0]?.inputs.value === value;
    });
    return performance.now() - said;
  };
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    theirs.push(await once(few, round));
    ours.push(await once(crowd, round));
  }
  return {
    what: `a decision after one metric, ${many.toLocaleString('en')} versions`,
    ours: `${median(ours).toFixed(0)} ms`,
    baseline: `${median(theirs).toFixed(0)} ms (1,000 versions)`,
    // A decision waits for the sequencer, which runs every quarter of a second. So only medians are comparable, not
    // single rounds.
    ratios: [median(ours) / median(theirs)],
    target: { atMost: 1.5 },
    note: `at most ${Math.max(...ours).toFixed(0)} ms; half a look of the sequencer is among it`,
  };
}

/** Measures a preview of retention, which computes the plan. */
async function plan(few: Subject, crowd: Subject, many: number): Promise<Line> {
  const policy = { retain: { versions: { keep: KEEP, remove: 'object' } } };
  const once = async (server: Subject): Promise<number> => {
    const start = performance.now();
    await server.api('POST', `/v1/models/${encodeURIComponent(MODEL)}/policy/preview?limit=1`, { policy });
    return performance.now() - start;
  };
  const theirs: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round < 3; round++) {
    theirs.push(await once(few));
    ours.push(await once(crowd));
  }
  return {
    what: `a retention plan over ${many.toLocaleString('en')} versions`,
    ours: `${(median(ours) / 1000).toFixed(1)} s`,
    baseline: `${median(theirs).toFixed(0)} ms (1,000 versions)`,
    ratios: ours.map((ms, round) => ms / (theirs[round] ?? Number.NaN) / (many / 1000)),
    target: { atMost: 1.5 },
    note:
      'the ratio is that of the time for each version; greatest memory of the server ' +
      `${Math.round(peakOf(crowd.pid) / 1e6)} MB`,
  };
}

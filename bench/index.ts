// `npm run bench`. Arguments: names of benchmarks; `--list`, `--quick`, `--large`, `--profile=<folder>` for a CPU
// profile of each server, `--quiet=<seconds>` and `--abuse=<seconds>`, `--attacks=<words>` for the attacks with these
// words in their names, `--each=<seconds>` to measure each attack on its own.

import { parseArgs } from 'node:util';
import { type Bench, type Benchmark, CannotRun, type Line } from './benchmark.ts';
import { abuse } from './benchmarks/abuse.ts';
import { access } from './benchmarks/access.ts';
import { checkpoints } from './benchmarks/checkpoints.ts';
import { huge } from './benchmarks/huge.ts';
import { metrics } from './benchmarks/metrics.ts';
import { pages } from './benchmarks/pages.ts';
import { policies } from './benchmarks/policies.ts';
import { reads } from './benchmarks/reads.ts';
import { transfersDisk } from './benchmarks/transfers-disk.ts';
import { transfersS3 } from './benchmarks/transfers-s3.ts';
import { startBaseline } from './support/baseline.ts';
import { startDatabases } from './support/databases.ts';
import { machine, report } from './support/report.ts';
import { startBenchS3 } from './support/s3.ts';
import { startServer } from './support/server.ts';

const BENCHMARKS: readonly Benchmark[] = [
  pages,
  reads,
  checkpoints,
  metrics,
  policies,
  access,
  transfersDisk,
  transfersS3,
  huge,
  abuse,
];

const { values: options, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: 'boolean' },
    quick: { type: 'boolean' },
    large: { type: 'boolean' },
    profile: { type: 'string' },
    quiet: { type: 'string' },
    abuse: { type: 'string' },
    each: { type: 'string' },
    attacks: { type: 'string' },
  },
});
const list = BENCHMARKS.map(({ name, says }) => `  ${name.padEnd(16)}${says}`).join('\n');
const unknown = asked.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));

if (options.list) {
  console.log(list);
} else if (unknown.length > 0) {
  console.error(`No such benchmark: ${unknown.join(', ')}. There are:\n${list}`);
  process.exitCode = 2;
} else {
  await measure(
    BENCHMARKS.filter(({ name, onlyByName }) => (asked.length === 0 ? !onlyByName : asked.includes(name))),
  );
}

async function measure(chosen: readonly Benchmark[]): Promise<void> {
  const started = performance.now();
  const databases = await startDatabases();
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const lines: Line[] = [];
  const stops: (() => Promise<void>)[] = [];
  const stopped = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const running = await starting;
    stops.push(() => running.stop());
    return running;
  };
  const nodeOptions = options.profile ? ['--cpu-prof', `--cpu-prof-dir=${options.profile}`] : [];
  const bench: Bench = {
    ...settings(),
    databases,
    server: (url, env = {}) => stopped(startServer(url, env, nodeOptions)),
    s3: (diskBytes) => stopped(startBenchS3(diskBytes)),
    baseline: (file, settings) => stopped(startBaseline(file, settings)),
    say,
  };
  const stopAll = async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  let interrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      interrupted = true;
      void stopAll().then(databases.stop);
    });
  }
  try {
    for (const benchmark of chosen) {
      say(`${benchmark.name}: ${benchmark.says}`);
      for await (const line of benchmark.run(bench)) lines.push(line);
      await stopAll();
    }
  } catch (error) {
    process.exitCode = interrupted ? 130 : 1;
    if (!interrupted) say(error instanceof CannotRun ? error.message : String((error as Error).stack));
  } finally {
    await stopAll();
    await databases.stop();
  }
  if (lines.length === 0) return;
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`\n${machine(databases.version)}${runWords(seconds)}:\n`);
  console.log(report(lines));
}

function runWords(seconds: number): string {
  const part = process.exitCode ? ', cut short' : '';
  return `${options.quick ? ' (--quick)' : ''}, ${seconds} s${part}`;
}

/** The part of `Bench` that the command line sets. */
function settings(): Pick<Bench, 'quick' | 'large' | 'seconds' | 'attacks'> {
  return {
    quick: options.quick ?? false,
    large: options.large ?? false,
    seconds: {
      ...(options.quiet ? { quiet: Number(options.quiet) } : {}),
      ...(options.abuse ? { abuse: Number(options.abuse) } : {}),
      ...(options.each ? { each: Number(options.each) } : {}),
    },
    ...(options.attacks ? { attacks: options.attacks } : {}),
  };
}

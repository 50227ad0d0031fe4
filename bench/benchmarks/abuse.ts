import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { attacksOfContributor } from '../abuse/attacks.ts';
import { deniedLine, readsLine } from '../abuse/audit.ts';
import {
  answersLine,
  failuresLine,
  goal,
  megabytes,
  milliseconds,
  probesLine,
  timesLine,
  told,
  total,
} from '../abuse/lines.ts';
import { makeTeams, type Teams } from '../abuse/teams.ts';
import { type Outcome, type WorkDone, work } from '../abuse/work.ts';
import type { Bench, Benchmark, Line } from '../benchmark.ts';
import type { Abuse } from '../processes/abusers.ts';
import { onDatabase } from '../support/databases.ts';
import { quantile } from '../support/median.ts';
import { residentOf } from '../support/memory.ts';
import type { Subject } from '../support/server.ts';

const CONNECTIONS = 16;
/** Largest allowed memory of the server in bytes, without Postgres. */
const MEMORY = 600e6;

/** Measures whether the attacks of one team slow down another team, fail its requests or lose entries of the audit. */
export const abuse: Benchmark = {
  name: 'abuse',
  says: 'a team at work, while a viewer and a contributor of another team do their worst',
  onlyByName: true,
  async *run(bench) {
    const database = await bench.databases.create('abuse');
    const token = randomBytes(32).toString('hex');
    const server = await bench.server(database, {
      MODELBOX_AUTH: 'tokens',
      MODELBOX_BOOTSTRAP_TOKEN: token,
      MODELBOX_AUDIT_READS: 'true',
      MODELBOX_METRICS_OPEN: 'true',
    });
    bench.say('making the data of two teams');
    const teams = await makeTeams(bench, server, token);
    await onDatabase(database, (client) => client.query('VACUUM (ANALYZE)'));
    const { workers } = teams;
    const { quiet: quietSeconds = bench.quick ? 10 : 60, abuse: abuseSeconds = bench.quick ? 20 : 120 } =
      bench.seconds;
    const warmUp = await work(server.url, workers, bench.quick ? 3 : 10);
    bench.say(`${quietSeconds} s of quiet`);
    const quiet = await work(server.url, workers, quietSeconds);
    const before = residentOf(server.pid);
    if (bench.seconds.each !== undefined) {
      yield* eachAttack(bench, server, teams, bench.seconds.each, quiet);
      return;
    }
    bench.say(`${abuseSeconds} s of abuse`);
    const memory = watchMemory(server);
    const [attackers, abused] = await Promise.all([
      attack(server, teams, abuseSeconds, bench.attacks),
      work(server.url, workers, abuseSeconds),
    ]);
    const peak = memory.stop();
    for (const { member, answers } of attackers)
      bench.say(`${member} was answered:\n${Object.entries(answers).map(answersLine).join('\n')}`);
    for (const [name, outcome] of abused.operations) yield timesLine(name, quiet, outcome);
    yield failuresLine(abused);
    yield probesLine(abused.probes);
    // The server stores the denials that it counted in memory when it stops.
    await server.stop();
    yield await deniedLine(database, teams, [warmUp, quiet, abused], attackers);
    yield await readsLine(database, teams, [warmUp, quiet, abused], attackers);
    yield {
      what: 'memory of the server at most',
      ours: megabytes(peak),
      baseline: `${megabytes(before)} (quiet)`,
      ratios: [],
      note: goal(peak < MEMORY, `below ${megabytes(MEMORY)}`),
    };
  },
};

async function* eachAttack(
  bench: Bench,
  server: Subject,
  teams: Teams,
  seconds: number,
  quiet: WorkDone,
): AsyncIterable<Line> {
  const { attacks: words = '' } = bench;
  const { attackers, workers } = teams;
  const all = attacksOfContributor(attackers, workers.model).map((next) => next(0).name);
  for (const name of new Set(all.filter((each) => each.includes(words)))) {
    await eventLoopDelay(server);
    const memory = watchMemory(server);
    const [by, { operations, probes }] = await Promise.all([
      attack(server, teams, seconds, name),
      work(server.url, workers, seconds),
    ]);
    const peak = memory.stop();
    const [resolved, unharmed] = [operations, quiet.operations].map((each) => each.get('resolve an alias'));
    const [slow, usual] = [resolved, unharmed].map((each) => quantile(each?.times ?? [], 0.99));
    const answers = by.map(({ answers: { [name]: counts = {} } }) => told(new Map(Object.entries(counts))));
    const note = [
      `${total(probes.failures)} of ${probes.times.length} probes failed`,
      `event loop delayed for ${await eventLoopDelay(server)}`,
      megabytes(peak),
      `answers: ${answers.filter(Boolean).join(' and ')}`,
    ].join('; ');
    bench.say(`${name}: p99 ${Math.round(slow ?? 0)} ms; ${note}`);
    yield {
      what: `team B resolves an alias, during: ${name}`,
      ours: milliseconds(resolved as Outcome),
      baseline: `${milliseconds(unharmed as Outcome)} (quiet)`,
      ratios: [(slow ?? 0) / (usual ?? 1)],
      target: { atMost: 5 },
      note,
    };
  }
}

async function eventLoopDelay({ url }: Subject): Promise<string> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const ms = (name: string) =>
    Math.round(
      Number(new RegExp(`^nodejs_eventloop_lag_${name}_seconds (\\S+)`, 'm').exec(text)?.[1]) * 1000,
    );
  return `p99 ${ms('p99')} ms, at most ${ms('max')} ms`;
}

async function attack(
  server: Subject,
  { attackers, workers }: Teams,
  seconds: number,
  only?: string,
): Promise<Abuse[]> {
  const child = fork(join(import.meta.dirname, '../processes/abusers.ts'), { execArgv: [] });
  const exited = once(child, 'exit').then(() => [undefined]);
  const { url } = server;
  child.send({ url, team: attackers, foreign: workers.model, connections: CONNECTIONS, seconds, only });
  const [answer] = await Promise.race([once(child, 'message'), exited]);
  if (answer === undefined) throw new Error('the attackers ended early');
  return answer as Abuse[];
}

function watchMemory({ pid }: Subject) {
  let peak = residentOf(pid);
  const timer = setInterval(() => {
    peak = Math.max(peak, residentOf(pid));
  }, 100);
  return {
    stop: () => {
      clearInterval(timer);
      return peak;
    },
  };
}

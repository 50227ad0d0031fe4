import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { attacksOfContributor, DENIED_ROUTES } from '../abuse/attacks.ts';
import { makeTeams, type Teams } from '../abuse/teams.ts';
import { type Outcome, type WorkDone, work } from '../abuse/work.ts';
import type { Bench, Benchmark, Line } from '../benchmark.ts';
import type { Abuse } from '../processes/abusers.ts';
import { onDatabase } from '../support/databases.ts';
import { quantile } from '../support/median.ts';
import { residentOf } from '../support/memory.ts';
import type { Subject } from '../support/server.ts';

/** Connections of each attacker. */
const CONNECTIONS = 16;
/** Of the server, without Postgres. */
const MEMORY = 600e6;

/** What one team can take from another: its time, its answers, its audit. */
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
    // What is counted in memory is stored when the server stops.
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

/** Measures each attack by itself, so that the worst of them can be told. */
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

/** How long the event loop of the server was held up since the last call. */
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

/** Looks at the memory of the server and its children until it is stopped; gives the most that it saw. */
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

const goal = (isMet: boolean, what: string): string => `goal ${what}: ${isMet ? 'met' : 'missed'}`;
const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
const total = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((sum, count) => sum + count, 0);
const told = (counts: ReadonlyMap<string, number>): string =>
  [...counts].map(([what, count]) => `${count} × ${what}`).join(', ');

const answersLine = ([name, counts]: [string, Record<string, number>]): string =>
  `  ${name.padEnd(34)}${told(new Map(Object.entries(counts)))}`;

const milliseconds = ({ times }: Outcome): string =>
  `p50 ${quantile(times, 0.5).toFixed(1)} ms, p99 ${quantile(times, 0.99).toFixed(1)} ms`;

function timesLine(name: string, quiet: WorkDone, abused: Outcome): Line {
  const before = quiet.operations.get(name) as Outcome;
  const share = (at: number) => quantile(abused.times, at) / quantile(before.times, at);
  return {
    what: `team B, ${name}`,
    ours: milliseconds(abused),
    baseline: `${milliseconds(before)} (quiet)`,
    ratios: [share(0.99)],
    target: { atMost: 5 },
    note: `p50: ${share(0.5).toFixed(1)} times; ${abused.times.length} requests, the slowest ${Math.round(Math.max(...abused.times))} ms`,
  };
}

function failuresLine({ operations }: WorkDone): Line {
  const all = [...operations.values()];
  const failures = all.reduce((sum, outcome) => sum + total(outcome.failures), 0);
  const asked = all.reduce((sum, { times }) => sum + times.length, 0);
  const each = [...operations].filter(([, outcome]) => total(outcome.failures) > 0);
  return {
    what: 'team B, failed requests',
    ours: `${failures} of ${asked}`,
    baseline: '',
    ratios: [],
    note: [
      goal(failures === 0, '0'),
      ...each.map(([name, outcome]) => `${name}: ${told(outcome.failures)}`),
    ].join('; '),
  };
}

function probesLine(probes: Outcome): Line {
  const failures = total(probes.failures);
  return {
    what: 'failed probes of `/readyz`',
    ours: `${failures} of ${probes.times.length}`,
    baseline: '',
    ratios: [],
    note: [goal(failures === 0, '0'), milliseconds(probes), told(probes.failures)].filter(Boolean).join('; '),
  };
}

/** Compares the denials that were answered with the entries of the audit. */
async function deniedLine(
  database: string,
  { workers }: Teams,
  work: readonly WorkDone[],
  attackers: readonly Abuse[],
): Promise<Line> {
  const answered = new Map(attackers.map(({ member, denied }) => [member, denied]));
  answered.set(
    workers.member.name,
    work.reduce((sum, { denied }) => sum + denied, 0),
  );
  const recorded = await onDatabase(database, async (client) => {
    const { rows } = await client.query<{ actor: string; count: string }>(
      `SELECT actor, sum(repeats) AS count FROM audit_events
       WHERE outcome = 'denied' AND route = ANY ($1) GROUP BY actor`,
      [DENIED_ROUTES],
    );
    return new Map(rows.map(({ actor, count }) => [actor, Number(count)]));
  });
  const lost = [...answered].reduce(
    (sum, [actor, count]) => sum + Math.max(0, count - (recorded.get(actor) ?? 0)),
    0,
  );
  return auditLine('denied attempts', total(answered), total(recorded), lost);
}

/** Compares the files and archives that were read with the entries of the audit. */
async function readsLine(
  database: string,
  { workers }: Teams,
  work: readonly WorkDone[],
  attackers: readonly Abuse[],
): Promise<Line> {
  const given = new Set(work.flatMap(({ read }) => read).map((path) => thing(workers.member.name, path)));
  for (const { member, read } of attackers) for (const path of read) given.add(thing(member, path));
  const recorded = await onDatabase(database, async (client) => {
    const { rows } = await client.query<{ actor: string; object: string; name: string; route: string }>(
      `SELECT DISTINCT actor, object_id AS object, name, route FROM audit_events WHERE outcome = 'read'`,
    );
    return new Set(
      rows.map(({ actor, object, name, route }) =>
        JSON.stringify([actor, object, route.endsWith('.archive') ? 'archive' : name]),
      ),
    );
  });
  const lost = [...given].filter((each) => !recorded.has(each)).length;
  return auditLine('files and archives that were read', given.size, recorded.size, lost);
}

/** What somebody read, as the audit names it. Repeated reads of a minute are one entry, so they count once. */
function thing(actor: string, path: string): string {
  const [, object, name] = /^\/v1\/\w+\/([^/]+)\/(?:files\/)?([^?]+)/.exec(path) ?? [];
  return JSON.stringify([actor, object, name]);
}

const auditLine = (what: string, answered: number, recorded: number, lost: number): Line => ({
  what: `audit: ${what}`,
  ours: `${lost} lost of ${answered}`,
  baseline: `${recorded} recorded`,
  ratios: [],
  note: goal(lost === 0, '0 lost'),
});

import { expect } from 'vitest';
import type { TestServer } from '../../../apps/server/testing/test-server.ts';
import { exchange } from './exchange.ts';
import { type Entry, Ledger, STRICT } from './ledger.ts';
import type { Phase } from './phase.ts';
import { planner } from './plan.ts';
import { randomFrom } from './random.ts';
import { readWhole } from './reads.ts';
import {
  isStoreAway,
  keepWorking,
  passDay,
  passGraces,
  passMinutes,
  runWorkers,
  undecided,
} from './upkeep.ts';
import { finishUpload } from './uploads.ts';
import { newWriter } from './writer.ts';

/** Rounds of the workers after a fault in which every file must become readable. */
const ROUNDS = 3;
const WRITERS = 2;
/** Most further rounds of one writer, until each part of a fault has happened. Its steps are random. */
const EXTRA = 20;

/** A load on one server, with a ledger of all answers. */
export interface LedgerLoad {
  /** Runs the load under a fault, then checks the files against the answers. */
  run(phase: Phase): Promise<void>;
  /** Checks every answered file; deletes a part and then all, and compares the store with the database. */
  finish(): Promise<void>;
  report(): string;
}

/** @param more further steps of each writer in each phase, beside one of each kind. */
export async function startLedgerLoad(server: TestServer, seed: number, more: number): Promise<LedgerLoad> {
  const ledger = new Ledger();
  const random = randomFrom(seed);
  const plan = planner(seed, random);
  const { url, ctx } = server;
  const writers = await Promise.all(
    Array.from({ length: WRITERS }, (_, index) => newWriter(url, ledger, `run-${index}`)),
  );
  const figures = { phases: 0, injected: 0, rounds: 0 };
  const found: string[] = [];

  const failed = (error: unknown) => {
    if (!(ledger.tolerance.faults && isStoreAway(error))) ledger.problem(`a worker failed: ${String(error)}`);
  };

  const run = async (phase: Phase): Promise<void> => {
    ledger.phase = phase.name;
    ledger.touched.clear();
    const steps = writers.map(() => plan.steps(more));
    ledger.tolerance = { faults: true, damage: false, ranges: false, ...phase.tolerates };
    const fault = await phase.begin(server, random);
    const workers = keepWorking(ctx, failed);
    const lacking = () => Object.entries(fault.happened()).filter(([, count]) => count === 0);
    try {
      await Promise.all(writers.map((writer, index) => writer.run(steps[index] ?? [])));
      for (let extra = 0; extra < EXTRA; extra += 1) {
        // Some requests come from workers only.
        if (lacking().length > 0) await workers.wholeRound();
        if (lacking().length === 0) break;
        // An upload whose start is always refused never completes.
        fault.endHappened?.();
        await writers[0]?.run(plan.steps(0));
      }
    } finally {
      await workers.stop();
      await fault.end();
    }
    for (const count of Object.values(fault.happened())) figures.injected += count;
    for (const [name] of lacking()) ledger.problem(`the fault "${name}" never happened`);
    ledger.tolerance = STRICT;
    figures.phases += 1;
    await recover();
    for (const entry of ledger.touched) await demandOneState(entry);
    expectNoProblem();
  };

  const recover = async (): Promise<void> => {
    for (let rounds = 1; ; rounds += 1) {
      for (const upload of ledger.uploads) if (!upload.isOver) await finishUpload({ url, ledger }, upload);
      await runWorkers(ctx, failed);
      figures.rounds = Math.max(figures.rounds, rounds);
      const left = await undecided(server);
      if (left.marked > 0) await passDay(server);
      const isOver = ledger.uploads.every((upload) => upload.isOver);
      if (left.undecided === 0 && left.marked === 0 && isOver) return;
      if (rounds > ROUNDS)
        return ledger.problem(
          `after ${ROUNDS} rounds of the workers: ${JSON.stringify({ ...left, isOver })}`,
        );
      await passMinutes(server, 10);
    }
  };

  /** Reads which of its possible states a file has, and demands that state from then on. */
  const demandOneState = async (entry: Entry): Promise<void> => {
    await readWhole({ url, ledger }, entry);
    if (entry.may.size === 1) return;
    const answer = await exchange('HEAD', `${url}${entry.path}`);
    entry.may = new Set([answer.status === 404 ? null : String(answer.headers.etag).slice(1, -1)]);
  };

  const expectNoProblem = () => {
    const problems = ledger.problems.splice(0);
    found.push(...problems);
    expect(problems.slice(0, 20), `MODELBOX_TEST_LEDGER_SEED=${seed} repeats this`).toEqual([]);
  };

  const verifyAll = async (): Promise<void> => {
    for (const entry of ledger.entries.values()) await readWhole({ url, ledger }, entry);
  };

  const finish = async (): Promise<void> => {
    ledger.phase = 'the end';
    await verifyAll();
    const [first, ...others] = writers.map(({ experiment }) => experiment);
    await remove(first ?? '');
    await expectSame(server, ledger);
    await verifyAll();
    for (const experiment of others) await remove(experiment);
    await expectSame(server, ledger);
    const left = await Array.fromAsync(ctx.blobs.list());
    if (left.length > 0) ledger.problem(`${left.length} blobs remain after everything was deleted`);
    expectNoProblem();
  };

  const remove = async (experiment: string): Promise<void> => {
    const { items } = (await exchange('GET', `${url}/v1/experiments/${experiment}/checkpoints?limit=1000`))
      .body;
    for (const { id } of items)
      for (const path of [...ledger.entries.keys()]) if (path.includes(id)) ledger.entries.delete(path);
    for (const path of [...ledger.entries.keys()]) if (path.includes(experiment)) ledger.entries.delete(path);
    const answer = await exchange('DELETE', `${url}/v1/experiments/${experiment}`);
    ledger.judge('delete experiment', answer, ['204']);
  };

  return { run, finish, report: () => reportOf(ledger, { ...figures, problems: found.length }, seed, found) };
}

async function expectSame(server: TestServer, ledger: Ledger): Promise<void> {
  await passGraces(server);
  const stored = (await Array.fromAsync(server.ctx.blobs.list())).map(({ key }) => key);
  const { rows } = await server.db.requests.query<{ key: string }>('SELECT key FROM blobs ORDER BY key');
  const known = rows.map(({ key }) => key);
  const unknown = stored.filter((key) => !known.includes(key));
  const missing = known.filter((key) => !stored.includes(key));
  if (unknown.length > 0) ledger.problem(`the store keeps what the database does not know: ${unknown}`);
  if (missing.length > 0) ledger.problem(`the store lacks what the database knows: ${missing}`);
  const later = new Date(Date.now() + 86_400_000);
  const swept = await server.ctx.blobs.sweepTemporary(later);
  if (swept > 0) ledger.problem(`${swept} unfinished things remain in the store`);
}

function reportOf(
  ledger: Ledger,
  figures: Record<string, number>,
  seed: number,
  found: readonly string[],
): string {
  const total = [...ledger.answers.values()].reduce((sum, count) => sum + count, 0);
  const { user, system } = process.cpuUsage();
  const cpu = ((user + system) / 1e6).toFixed(1);
  const lines = [...ledger.answers].sort().map(([what, count]) => `  ${what}: ${count}`);
  const said = Object.entries(figures).map(([name, count]) => `${count} ${name}`);
  return [
    `seed ${seed}: ${said.join(', ')}, ${total} answers, ${ledger.filesHashed} files hashed, ${cpu} s of CPU`,
    ...lines,
    ...found,
  ].join('\n');
}

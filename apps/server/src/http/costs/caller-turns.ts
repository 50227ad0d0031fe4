import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@modelbox/db';
import { LRUCache } from 'lru-cache';
import { Gauge, type Registry } from 'prom-client';
import type { CallerTurns, Turn } from '../../protocol/context.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import type { Settings } from '../../protocol/settings.ts';
import { waitForPlace } from '../wait-for-place.ts';

/** Milliseconds after its last request for which a caller counts as at work: people and pollers pause that long. */
const AT_WORK = 60_000;
/** Milliseconds between two answers that refuse requests of the same caller for their number or cost. */
const REFUSAL_EVERY = 500;
const RETRY_LATER = { 'retry-after': '2' };

interface Waiting {
  readonly weight: number;
  readonly start: () => void;
}

interface Line {
  /** Requests that have begun and not ended, also those that are paused. */
  underway: number;
  running: number;
  readonly waiting: Waiting[];
}

interface Bounds {
  /** Requests of one caller that run at once while another caller is at work. */
  readonly perCaller: number;
  /** Requests of a caller that run at once while no other caller is at work. */
  readonly alone: number;
  /** Milliseconds that a request waits at most. */
  readonly wait: number;
}

/** @param now milliseconds of a clock that never goes back. */
export function callerTurns(bounds: Bounds, now: () => number = () => performance.now()): CallerTurns {
  const { perCaller, wait } = bounds;
  const alone = Math.max(perCaller, bounds.alone);
  /** Callers with requests underway. */
  const lines = new Map<string, Line>();
  /** The caller whose request began or ended last, and the last caller before it that differs. */
  let last = { caller: '', at: Number.NEGATIVE_INFINITY };
  let other = last;
  const refused = new LRUCache<string, number>({ max: 10_000 });

  function note(caller: string): void {
    if (last.caller !== caller) {
      other = last;
      last = { caller, at: 0 };
    }
    last.at = now();
  }

  function isAlone(caller: string): boolean {
    if (lines.size > (lines.has(caller) ? 1 : 0)) return false;
    return now() - (last.caller === caller ? other : last).at > AT_WORK;
  }

  const fits = (caller: string, line: Line, weight: number): boolean =>
    line.running === 0 || line.running + weight <= (isAlone(caller) ? alone : perCaller);

  function leave(caller: string, line: Line, weight: number): void {
    line.running -= weight;
    for (let next = line.waiting[0]; next && fits(caller, line, next.weight); next = line.waiting[0]) {
      line.waiting.shift();
      line.running += next.weight;
      next.start();
    }
  }

  /** Counts a request as underway; returns the function that ends it. */
  function arrive(caller: string): { line: Line; depart: () => void } {
    const line = lines.get(caller) ?? { underway: 0, running: 0, waiting: [] };
    lines.set(caller, line);
    line.underway += 1;
    note(caller);
    let isUnderway = true;
    const depart = () => {
      if (!isUnderway) return;
      isUnderway = false;
      line.underway -= 1;
      note(caller);
      if (line.underway === 0) lines.delete(caller);
    };
    return { line, depart };
  }

  async function enter(
    caller: string,
    line: Line,
    weight: number,
    gone: () => AbortSignal,
  ): Promise<() => void> {
    if (line.waiting.length === 0 && fits(caller, line, weight)) line.running += weight;
    else await waitFor(line, weight, gone());
    return () => leave(caller, line, weight);
  }

  async function waitFor(line: Line, weight: number, gone: AbortSignal): Promise<void> {
    gone.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const entry: Waiting = { weight, start: resolve };
    line.waiting.push(entry);
    const giveUp = (error: unknown) => {
      const place = line.waiting.indexOf(entry);
      if (place < 0) return;
      line.waiting.splice(place, 1);
      reject(error);
    };
    const onLate = () => giveUp(tooMany(perCaller, alone));
    await waitForPlace(promise, { wait, gone, onLate, onGone: () => giveUp(gone.reason) });
  }

  const sum = (count: (line: Line) => number): number =>
    [...lines.values()].reduce((all, line) => all + count(line), 0);

  return {
    isAlone,
    async begin(caller, gone) {
      const { line, depart } = arrive(caller);
      let free: (() => void) | undefined;
      const resume = async (weight: number) => {
        free ??= await enter(caller, line, weight, gone);
      };
      const pause = () => {
        free?.();
        free = undefined;
      };
      const end = () => {
        pause();
        depart();
      };
      try {
        await resume(1);
      } catch (error) {
        end();
        throw error;
      }
      return { pause, end, resume: (isLarge) => resume(isLarge ? perCaller : 1) };
    },
    async beforeRefusal(caller, gone) {
      const before = refused.get(caller) ?? Number.NEGATIVE_INFINITY;
      const at = now();
      refused.set(caller, at);
      if (at - before >= REFUSAL_EVERY) return;
      await sleep(REFUSAL_EVERY, undefined, { signal: gone }).catch(() => {});
    },
    get running() {
      return sum((line) => line.running);
    },
    get waiting() {
      return sum((line) => line.waiting.length);
    },
  };
}

/** The turn of a request that nothing bounds. */
export const freeTurn: Turn = { pause: () => {}, end: () => {}, resume: () => Promise.resolve() };

/** An open server has one caller, whom nothing bounds. */
const noTurns: CallerTurns = {
  begin: () => Promise.resolve(freeTurn),
  isAlone: () => true,
  beforeRefusal: () => Promise.resolve(),
  running: 0,
  waiting: 0,
};

export function createTurns(settings: Settings, { requests }: Database, registry: Registry): CallerTurns {
  const { auth, requestsPerCaller, costlyWait } = settings;
  const bounds = {
    perCaller: requestsPerCaller,
    // One connection stays free, so that a caller who comes is not kept waiting by requests that wait for a lock.
    alone: requests.options.max - 1,
    wait: costlyWait,
  };
  const turns = auth === 'open' ? noTurns : callerTurns(bounds);
  new Gauge({
    name: 'modelbox_caller_requests',
    help: 'Requests of known callers, by state: running, or waiting for other requests of their callers.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      this.set({ state: 'running' }, turns.running);
      this.set({ state: 'waiting' }, turns.waiting);
    },
  });
  return turns;
}

const tooMany = (perCaller: number, alone: number): HttpProblem =>
  new HttpProblem(
    'rate_limited',
    'Too many requests of this caller are in progress, and this one waited too long. The server runs at most ' +
      `${perCaller} at once (MODELBOX_REQUESTS_PER_CALLER), and ${alone} while no other caller is at work. ` +
      'Send fewer at a time.',
    {},
    RETRY_LATER,
  );

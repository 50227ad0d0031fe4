import type { Filter, MetricValue } from '../filter/index.ts';
import { compareBest, isBetter } from './better.ts';
import type { LabelRule } from './document.ts';
import { measuredValue, type VersionFacts, valueJson } from './facts.ts';
import { isNewer, labelVerdict } from './label.ts';

/** A version that would have become the holder, and when. */
export interface Champion {
  readonly versionId: string;
  readonly version: string;
  readonly at: Date;
  readonly value: MetricValue;
  /** The improvement over the previous champion. Null for the first, and if the difference is not a number. */
  readonly by: number | null;
  readonly before: string | null;
}

/** Work in small steps, after each of which the caller may pause. */
export type Steps = Iterable<void>;

export interface Backtest {
  /** Adds the state of a version from a time on. Times must not decrease. */
  tell(facts: VersionFacts, at: Date): Steps;
  /** Must be called after the last fact. Applies versions that only waited for their minimum age. */
  end(at: Date): Steps;
  /** The latest champions: at least `MOST_CHAMPIONS`, or all. */
  readonly champions: readonly Champion[];
  /** The number of all champions. */
  readonly count: number;
}

export const MOST_CHAMPIONS = 10_000;

function championOf(
  rule: LabelRule,
  candidate: VersionFacts,
  holder: VersionFacts | null,
  at: Date,
): Champion {
  const mine = measuredValue(candidate.object, rule) ?? Number.NaN;
  const theirs = holder === null ? null : measuredValue(holder.object, rule);
  const by = theirs === null ? null : rule.direction === 'max' ? mine - theirs : theirs - mine;
  return {
    versionId: candidate.id,
    version: candidate.version,
    at,
    value: valueJson(mine) ?? 'NaN',
    by: by !== null && Number.isFinite(by) ? by : null,
    before: holder?.version ?? null,
  };
}

/** Replays an alias rule over the history of versions, one fact after the other. */
export function createBacktest(
  rule: LabelRule,
  filter: Filter | null,
  evaluate: readonly string[],
): Backtest {
  const versions = new Map<string, VersionFacts>();
  const waiting = new Map<string, Date>();
  const champions: Champion[] = [];
  let count = 0;
  let holder: VersionFacts | null = null;

  const isLiving = ({ isReady, isDeleted }: VersionFacts) => isReady && !isDeleted;
  const value = (facts: VersionFacts) => measuredValue(facts.object, rule);

  function bestBut(id: string): VersionFacts | null {
    let best: VersionFacts | null = null;
    for (const facts of versions.values()) {
      if (facts.id === id || !isLiving(facts) || value(facts) === null) continue;
      if (best === null || compareBest(value(facts), value(best), rule.direction) < 0) best = facts;
    }
    return best;
  }

  /** Applies the rule to one version. True if it becomes the holder. */
  function ask(candidate: VersionFacts, at: Date): boolean {
    if (candidate.id === holder?.id) return false;
    // Most versions lose by their value, so the other clauses need no check.
    if (
      holder !== null &&
      typeof rule.than !== 'number' &&
      !isBetter(value(candidate), value(holder), rule.direction, rule.margin)
    )
      return false;
    const best = rule.than === 'any' ? bestBut(candidate.id) : null;
    const verdict = labelVerdict({ rule, filter, candidate, holder, best, evaluate, undone: null, now: at });
    if (verdict.dueAt) waiting.set(candidate.id, verdict.dueAt);
    if (!verdict.passes) return false;
    count += 1;
    // Trims at double size, so that not every new champion moves the old ones.
    if (champions.length >= MOST_CHAMPIONS * 2) champions.splice(0, MOST_CHAMPIONS);
    champions.push(championOf(rule, candidate, holder, at));
    holder = candidate;
    return true;
  }

  /** Applies the rule to the versions that it prefers to the holder, until one becomes the holder. */
  function* askEach(inOrder: readonly VersionFacts[], at: Date): Generator<void, boolean> {
    for (const facts of inOrder) {
      if (ask(facts, at)) return true;
      yield;
    }
    return false;
  }

  /** Repeats while the rule prefers a version to the changed holder. */
  function* askAll(at: Date): Generator<void, void> {
    const order = (a: VersionFacts, b: VersionFacts) =>
      typeof rule.than === 'number'
        ? isNewer(a, b)
          ? -1
          : 1
        : compareBest(value(a), value(b), rule.direction) || (isNewer(a, b) ? 1 : -1);
    for (let isMore = true; isMore; )
      isMore = yield* askEach([...versions.values()].filter(isLiving).sort(order), at);
  }

  function* ripen(at: Date): Generator<void, void> {
    const due = [...waiting]
      .filter(([, dueAt]) => dueAt <= at)
      .sort(([, a], [, b]) => a.getTime() - b.getTime());
    for (const [id, dueAt] of due) {
      waiting.delete(id);
      const facts = versions.get(id);
      if (facts && isLiving(facts)) ask(facts, dueAt);
      yield;
    }
  }

  return {
    champions,
    get count() {
      return count;
    },
    *tell(facts, at) {
      if (waiting.size > 0) yield* ripen(at);
      versions.set(facts.id, facts);
      if (facts.id !== holder?.id) {
        if (isLiving(facts)) ask(facts, at);
        return;
      }
      holder = isLiving(facts) ? facts : null;
      yield* askAll(at);
    },
    end: ripen,
  };
}

import { compareBest } from './better.ts';
import type { KeepClause, RetainRule } from './document.ts';
import { durationOf } from './duration.ts';
import { type FirstOf, firstOf } from './first-of.ts';

/** What no rule removes. */
export type Protection =
  | 'alias'
  | 'previousHolder'
  | 'hold'
  | 'lineage'
  | 'newestOfRunning'
  | 'pending'
  | 'restored';

/** One version or checkpoint, as retention sees it. */
export interface Retained {
  readonly id: string;
  readonly createdAt: Date;
  readonly epoch: number | null;
  /** The experiment that it came from; null: none. */
  readonly group: string | null;
  /** By the places of the rule's clauses: of `best` the value, of `filter` whether it passes. */
  readonly values: readonly (number | boolean | null)[];
  readonly protections: readonly Protection[];
}

export interface RetentionVerdict {
  readonly remove: boolean;
  /** The places of the clauses that keep it. */
  readonly keptBy: readonly number[];
  readonly protectedBy: readonly Protection[];
}

export interface RetentionPlan {
  /** To be called with every living object, in any order, before the first verdict. */
  see(object: Retained): void;
  /** What is to happen to an object that was seen. */
  verdict(object: Retained): RetentionVerdict;
}

/**
 * Decides what stays of a set of objects: the union of what the clauses keep, and what is protected. Two passes over the
 * same objects, so that no more is held in memory than the best and the latest that are kept.
 */
export function retentionPlan(rule: RetainRule, now: Date, defaultPer: 'experiment' | 'all'): RetentionPlan {
  const keepers = rule.keep.map((clause, place) => keeperOf(clause, place, now, defaultPer));
  return {
    see: (object) => {
      for (const keeper of keepers) keeper.see(object);
    },
    verdict: (object) => {
      const keptBy = keepers.flatMap((keeper, place) => (keeper.keeps(object) ? [place] : []));
      const protectedBy = object.protections;
      return { remove: keptBy.length === 0 && protectedBy.length === 0, keptBy, protectedBy };
    },
  };
}

interface Keeper {
  see(object: Retained): void;
  keeps(object: Retained): boolean;
}

function keeperOf(clause: KeepClause, place: number, now: Date, defaultPer: 'experiment' | 'all'): Keeper {
  const see = () => {};
  const { best, latest, everyEpoch, youngerThan, direction = 'max' } = clause;
  const groupOf = (clause.per ?? defaultPer) === 'all' ? () => '' : ({ group }: Retained) => group ?? '';
  if (best !== undefined) {
    const measuredValue = ({ values }: Retained) => values[place] as number | null;
    const has = (object: Retained) => {
      const value = measuredValue(object);
      return value !== null && !Number.isNaN(value);
    };
    return firstOfEach(
      best,
      groupOf,
      has,
      (a, b) => compareBest(measuredValue(a), measuredValue(b), direction) || newerFirst(a, b),
    );
  }
  if (latest !== undefined) return firstOfEach(latest, groupOf, () => true, newerFirst);
  if (everyEpoch !== undefined)
    return { see, keeps: ({ epoch }) => epoch !== null && epoch % everyEpoch === 0 };
  if (youngerThan !== undefined) {
    const since = now.getTime() - durationOf(youngerThan);
    return { see, keeps: ({ createdAt }) => createdAt.getTime() > since };
  }
  return { see, keeps: ({ values }) => values[place] === true };
}

const newerFirst = (a: Retained, b: Retained): number =>
  b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);

/** Keeps the first so many of each group. */
function firstOfEach(
  count: number,
  groupOf: (object: Retained) => string,
  counts: (object: Retained) => boolean,
  order: (a: Retained, b: Retained) => number,
): Keeper {
  const groups = new Map<string, FirstOf<Retained>>();
  return {
    see: (object) => {
      if (!counts(object)) return;
      const group = groupOf(object);
      const first = groups.get(group) ?? firstOf(count, order);
      groups.set(group, first);
      first.add(object);
    },
    keeps: (object) => counts(object) && (groups.get(groupOf(object))?.has(object) ?? false),
  };
}

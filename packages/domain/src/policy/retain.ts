import { compareBest } from './better.ts';
import type { KeepClause, RetainRule } from './document.ts';
import { durationOf } from './duration.ts';
import { type FirstOf, firstOf } from './first-of.ts';
import { type AskedName, isMark, withoutImplied } from './names.ts';

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
  /** Its position in the order of creation: clocks do not decide what is newest. */
  readonly order: number;
  readonly epoch: number | null;
  /** The experiment that it came from; null: none. */
  readonly group: string | null;
  /** Whether it has stored files: a rule with `remove: "files"` removes nothing else. */
  readonly hasFiles: boolean;
  /** By the index of the rule's clauses: of `best` the value, of `filter` whether it passes. */
  readonly values: readonly (number | boolean | null)[];
  /** By the index of the rule's clauses: for each name that a `filter` asks for, whether the object has it. */
  readonly names: readonly (readonly boolean[])[];
  readonly protections: readonly Protection[];
}

export interface RetentionVerdict {
  readonly remove: boolean;
  /** The indexes of the clauses that keep it. */
  readonly keptBy: readonly number[];
  /** Those of `keptBy` that keep everything in the object's scope, each with a name that nothing in it has. */
  readonly undecided: readonly { readonly clauseIndex: number; readonly name: AskedName }[];
  readonly protectedBy: readonly Protection[];
  readonly hasFiles: boolean;
}

/** A clause that cannot decide in some of its scopes: nothing there has the name. */
export interface Undecided {
  readonly clauseIndex: number;
  readonly name: AskedName;
  /** Scopes in which nothing has the name, of how many. */
  readonly missing: number;
  readonly of: number;
}

/** How far a clause ranges: over the objects of each experiment, or over all. */
export type Per = 'experiment' | 'all';

/** By default checkpoints compete within their experiment, and versions with all of their model. */
export const defaultPer = (kind: 'version' | 'checkpoint'): Per =>
  kind === 'version' ? 'all' : 'experiment';

export interface RetentionPlan {
  /** To be called with every living object, in any order, before the first verdict. */
  see(object: Retained): void;
  /** What is to happen to an object that was seen. */
  verdict(object: Retained): RetentionVerdict;
  /** The questions that the clauses cannot decide. */
  undecided(): readonly Undecided[];
}

/**
 * Decides what stays of a set of objects: the union of what the clauses keep, and what is protected. Two passes over the
 * same objects, so that no more is held in memory than the best and the latest that are kept.
 *
 * A clause never removes by a name or a value that nothing in its scope has: it may be misspelt. It keeps that scope instead.
 * @param names and values that each clause asks for.
 */
export function retentionPlan(
  rule: RetainRule,
  now: Date,
  per: Per,
  names: readonly (readonly AskedName[])[],
): RetentionPlan {
  const keepers = rule.keep.map((clause, clauseIndex) => {
    const scope = clause.per ?? per;
    return {
      ...keeperOf(clause, clauseIndex, now, groupBy(scope)),
      watches: (names[clauseIndex] ?? []).map((name, index) =>
        watch(clause, clauseIndex, name, index, scope),
      ),
    };
  });
  return {
    see: (object) => {
      for (const keeper of keepers) {
        keeper.see(object);
        for (const each of keeper.watches) each.see(object);
      }
    },
    verdict: (object) => {
      const undecided = keepers.flatMap(({ watches }, clauseIndex) => {
        const missing = watches.find((each) => each.isMissing(object));
        return missing ? [{ clauseIndex, name: missing.name }] : [];
      });
      const keptBy = keepers.flatMap((keeper, clauseIndex) =>
        keeper.keeps(object) || undecided.some((each) => each.clauseIndex === clauseIndex)
          ? [clauseIndex]
          : [],
      );
      const { protections: protectedBy, hasFiles } = object;
      const isFree = keptBy.length === 0 && protectedBy.length === 0;
      return {
        remove: isFree && (rule.remove === 'object' || hasFiles),
        keptBy,
        undecided,
        protectedBy,
        hasFiles,
      };
    },
    undecided: () =>
      keepers.flatMap(({ watches }, clauseIndex) =>
        withoutImplied(
          watches.flatMap((each) => {
            const { missing, of } = each.count();
            return missing > 0 ? [{ clauseIndex, name: each.name, missing, of }] : [];
          }),
        ),
      ),
  };
}

const groupBy = (per: Per): ((object: Retained) => string) =>
  per === 'all' ? () => '' : ({ group }) => group ?? '';

/** Notes in which scopes of a clause some object has a name. */
function watch(clause: KeepClause, clauseIndex: number, name: AskedName, index: number, per: Per) {
  const groupOf = groupBy(isMark(name) ? 'all' : per);
  const [all, having] = [new Set<string>(), new Set<string>()];
  const has = ({ values, epoch, names }: Retained) => {
    if (clause.best !== undefined) return values[clauseIndex] !== null;
    return clause.everyEpoch === undefined ? names[clauseIndex]?.[index] === true : epoch !== null;
  };
  return {
    name,
    see: (object: Retained) => {
      const group = groupOf(object);
      all.add(group);
      if (has(object)) having.add(group);
    },
    isMissing: (object: Retained) => !having.has(groupOf(object)),
    count: () => ({ missing: all.size - having.size, of: all.size }),
  };
}

interface Keeper {
  see(object: Retained): void;
  keeps(object: Retained): boolean;
}

function keeperOf(
  clause: KeepClause,
  clauseIndex: number,
  now: Date,
  groupOf: (object: Retained) => string,
): Keeper {
  const see = () => {};
  const { best, latest, everyEpoch, youngerThan, direction = 'max' } = clause;
  if (best !== undefined) {
    const measuredValue = ({ values }: Retained) => values[clauseIndex] as number | null;
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
  return { see, keeps: ({ values }) => values[clauseIndex] === true };
}

const newerFirst = (a: Retained, b: Retained): number => b.order - a.order;

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

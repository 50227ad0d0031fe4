import { compareBest } from './better.ts';
import type { KeepClause, RetainRule } from './document.ts';
import { durationOf } from './duration.ts';
import { type FirstOf, firstOf } from './first-of.ts';
import { type AskedName, isMark, withoutImplied } from './names.ts';

/** The reason why no rule may remove an object. */
export type Protection =
  | 'alias'
  | 'previousHolder'
  | 'hold'
  | 'lineage'
  | 'newestOfRunning'
  | 'pending'
  | 'restored';

/** A version or checkpoint, as retention reads it. */
export interface Retained {
  readonly id: string;
  readonly createdAt: Date;
  /** The position in the order of creation. Clocks do not decide which object is newest. */
  readonly order: number;
  readonly epoch: number | null;
  /** The experiment of origin. Null: none. */
  readonly group: string | null;
  /** Whether the object has stored files. A rule with `remove: "files"` removes nothing else. */
  readonly hasFiles: boolean;
  /** For each clause of the rule: the value for `best`, or whether the object passes `filter`. */
  readonly values: readonly (number | boolean | null)[];
  /** For each clause of the rule: which of the names that a `filter` requires the object has. */
  readonly names: readonly (readonly boolean[])[];
  readonly protections: readonly Protection[];
}

export interface RetentionVerdict {
  readonly remove: boolean;
  /** The indexes of the clauses that keep the object. */
  readonly keptBy: readonly number[];
  /** The clauses of `keptBy` that keep their whole scope, each with a name that no object there has. */
  readonly undecided: readonly { readonly clauseIndex: number; readonly name: AskedName }[];
  readonly protectedBy: readonly Protection[];
  readonly hasFiles: boolean;
}

/** A clause that cannot decide in some of its scopes, because no object there has the name. */
export interface Undecided {
  readonly clauseIndex: number;
  readonly name: AskedName;
  /** The number of scopes without the name, and of all scopes. */
  readonly missing: number;
  readonly of: number;
}

/** The scope of a clause: the objects of each experiment, or all objects. */
export type Per = 'experiment' | 'all';

/** By default, checkpoints compete within their experiment, and versions within their model. */
export const defaultPer = (kind: 'version' | 'checkpoint'): Per =>
  kind === 'version' ? 'all' : 'experiment';

export interface RetentionPlan {
  /** Must be called with every living object, in any order, before the first verdict. */
  see(object: Retained): void;
  /** The verdict about an object that `see` received. */
  verdict(object: Retained): RetentionVerdict;
  /** The clauses that cannot decide. */
  undecided(): readonly Undecided[];
}

/**
 * Decides which objects stay: those that any clause keeps, and protected ones. Two passes over the objects keep only
 * the best and the latest in memory.
 *
 * If no object in the scope of a clause has a name or value that the clause requires, the name may be misspelt: the
 * clause then keeps the whole scope.
 * @param names the names and values that each clause requires.
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

/** Records the scopes of a clause in which some object has a name. */
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

/** Keeps the first objects of each group. */
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

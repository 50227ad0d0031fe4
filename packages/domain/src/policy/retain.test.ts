import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeepClause, RetainRule } from './document.ts';
import { type Protection, type Retained, retentionPlan } from './retain.ts';

const NOW = new Date(Date.UTC(2026, 5, 1));
const HOUR = 3_600_000;

/** The same rule once more, by sorting all there is. */
function naive(rule: RetainRule, objects: readonly Retained[], object: Retained): boolean {
  if (object.protections.length > 0) return false;
  const newest = (a: Retained, b: Retained) =>
    b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1);
  return !rule.keep.some((clause, place) => {
    const rivals = objects.filter((other) => clause.per !== 'experiment' || other.group === object.group);
    if (clause.best !== undefined) {
      const value = (each: Retained) => each.values[place] as number | null;
      const sign = clause.direction === 'max' ? -1 : 1;
      return rivals
        .filter((each) => value(each) !== null && !Number.isNaN(value(each)))
        .sort((a, b) => sign * ((value(a) as number) - (value(b) as number)) || newest(a, b))
        .slice(0, clause.best)
        .some(({ id }) => id === object.id);
    }
    if (clause.latest !== undefined)
      return [...rivals]
        .sort(newest)
        .slice(0, clause.latest)
        .some(({ id }) => id === object.id);
    if (clause.everyEpoch !== undefined)
      return object.epoch !== null && object.epoch % clause.everyEpoch === 0;
    if (clause.youngerThan !== undefined) return NOW.getTime() - object.createdAt.getTime() < HOUR;
    return object.values[place] === true;
  });
}

const plan = (rule: RetainRule, objects: readonly Retained[]) => {
  const made = retentionPlan(rule, NOW, 'all');
  for (const object of objects) made.see(object);
  return objects.map((object) => ({ object, ...made.verdict(object) }));
};

const clause: fc.Arbitrary<KeepClause> = fc.oneof(
  fc.record({
    best: fc.integer({ min: 1, max: 4 }),
    metric: fc.constant('m'),
    direction: fc.constantFrom('max', 'min'),
    per: fc.constantFrom('experiment', 'all'),
  }),
  fc.record({ latest: fc.integer({ min: 1, max: 4 }), per: fc.constantFrom('experiment', 'all') }),
  fc.record({ everyEpoch: fc.integer({ min: 1, max: 4 }) }),
  fc.constant({ youngerThan: 'PT1H' }),
  fc.constant({ filter: 'anything' }),
);
const rules = fc.record({
  keep: fc.array(clause, { minLength: 1, maxLength: 4 }),
  remove: fc.constant('object' as const),
});

/** Objects whose values fit the clauses of a rule. */
const objectsOf = (rule: RetainRule): fc.Arbitrary<Retained[]> =>
  fc
    .array(
      fc.record({
        hours: fc.integer({ min: 0, max: 4 }),
        epoch: fc.option(fc.integer({ min: 0, max: 9 })),
        group: fc.option(fc.constantFrom('a', 'b')),
        values: fc.tuple(
          ...rule.keep.map((each) =>
            each.best === undefined
              ? fc.boolean()
              : fc.option(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constant(Number.NaN))),
          ),
        ),
        protections: fc.oneof(
          { weight: 3, arbitrary: fc.constant<Protection[]>([]) },
          fc.subarray<Protection>(['alias', 'hold', 'lineage'], { minLength: 1 }),
        ),
      }),
      { maxLength: 25 },
    )
    .map((list) =>
      list.map(({ hours, ...rest }, index) => ({
        ...rest,
        id: String(index).padStart(3, '0'),
        createdAt: new Date(NOW.getTime() - hours * HOUR),
      })),
    );

const cases = rules.chain((rule) => fc.tuple(fc.constant(rule as RetainRule), objectsOf(rule as RetainRule)));

describe('retention', () => {
  it('keeps what a naive reading of the rule keeps', () => {
    fc.assert(
      fc.property(cases, ([rule, objects]) => {
        for (const { object, remove } of plan(rule, objects))
          expect(remove).toBe(naive(rule, objects, object));
      }),
      { numRuns: 300 },
    );
  });

  it('never removes what is protected', () => {
    fc.assert(
      fc.property(cases, ([rule, objects]) => {
        for (const { remove, protectedBy } of plan(rule, objects))
          expect(remove && protectedBy.length > 0).toBe(false);
      }),
    );
  });

  it('says the same in whatever order the objects are seen', () => {
    const shuffled = cases.chain(([rule, objects]) =>
      fc.tuple(
        fc.constant(rule),
        fc.constant(objects),
        fc.shuffledSubarray(objects, { minLength: objects.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([rule, objects, other]) => {
        const byId = (list: readonly Retained[]) =>
          new Map(plan(rule, list).map(({ object, ...verdict }) => [object.id, verdict]));
        const [one, two] = [byId(objects), byId(other)];
        for (const { id } of objects) expect(two.get(id)).toEqual(one.get(id));
      }),
    );
  });

  it('removes more when a clause is left out, and never more when one is added', () => {
    fc.assert(
      fc.property(cases, ([rule, objects]) => {
        const gone = (asked: RetainRule) =>
          new Set(plan(asked, objects).flatMap(({ object, remove }) => (remove ? [object.id] : [])));
        // The last one, so that the places of the others stay.
        const fewer = gone({ ...rule, keep: rule.keep.slice(0, -1) });
        for (const id of gone(rule)) expect(fewer.has(id)).toBe(true);
      }),
    );
  });

  it('names what keeps an object, all of it', () => {
    const rule: RetainRule = { keep: [{ latest: 1 }, { everyEpoch: 5 }, { filter: 'x' }], remove: 'object' };
    const object: Retained = {
      id: 'a',
      createdAt: NOW,
      epoch: 10,
      group: null,
      values: [null, null, false],
      protections: ['hold', 'lineage'],
    };
    expect(plan(rule, [object]).map(({ object: _, ...verdict }) => verdict)).toEqual([
      { remove: false, keptBy: [0, 1], protectedBy: ['hold', 'lineage'] },
    ]);
  });

  it('by default counts in each experiment for checkpoints, and over all for versions', () => {
    const rule: RetainRule = { keep: [{ latest: 1 }], remove: 'object' };
    const objects = ['a', 'b'].map(
      (group, index): Retained => ({
        id: group,
        createdAt: new Date(NOW.getTime() + index),
        epoch: null,
        group,
        values: [null],
        protections: [],
      }),
    );
    const kept = (per: 'experiment' | 'all') => {
      const made = retentionPlan(rule, NOW, per);
      for (const object of objects) made.see(object);
      return objects.filter((object) => !made.verdict(object).remove).map(({ id }) => id);
    };
    expect([kept('experiment'), kept('all')]).toEqual([['a', 'b'], ['b']]);
  });

  // What was removed is not seen again, and what is left has the protections that it had. They must not have come from
  // what was removed: where a removed object no longer protects its origin, the origin goes next, and so down its line.
  it('removes nothing more when it is carried out again at once, as long as protections outlast what gave them', () => {
    fc.assert(
      fc.property(cases, ([rule, objects]) => {
        const left = plan(rule, objects).flatMap(({ object, remove }) => (remove ? [] : [object]));
        expect(plan(rule, left).filter(({ remove }) => remove)).toEqual([]);
      }),
    );
  });

  it('else goes up a line of origins, one at each run', () => {
    const rule: RetainRule = { keep: [{ filter: 'x' }], remove: 'object' };
    let living = ['a', 'b', 'c'];
    const runs: string[][] = [];
    while (living.length > 0) {
      // Each was made from the one before it.
      const objects = living.map(
        (id, place): Retained => ({
          id,
          createdAt: NOW,
          epoch: null,
          group: null,
          values: [false],
          protections: place < living.length - 1 ? ['lineage'] : [],
        }),
      );
      const gone = plan(rule, objects).flatMap(({ object, remove }) => (remove ? [object.id] : []));
      runs.push(gone);
      living = living.filter((id) => !gone.includes(id));
    }
    expect(runs).toEqual([['c'], ['b'], ['a']]);
  });

  it('holds no more than what the clauses keep, whatever the order', () => {
    const rule: RetainRule = { keep: [{ best: 2, metric: 'm', direction: 'max' }], remove: 'object' };
    const object = (value: number): Retained => ({
      id: String(value),
      createdAt: NOW,
      epoch: null,
      group: null,
      values: [value],
      protections: [],
    });
    const objects = [5, 1, 9, 3, 7].map(object);
    const kept = plan(rule, objects).flatMap(({ object: { id }, remove }) => (remove ? [] : [id]));
    expect(kept.sort()).toEqual(['7', '9']);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeepClause, RetainRule } from './document.ts';
import type { AskedName } from './names.ts';
import { type Per, type Protection, type Retained, retentionPlan } from './retain.ts';
import { retentionWords, undecidedWords } from './retain-words.ts';

const NOW = new Date(Date.UTC(2026, 5, 1));
const HOUR = 3_600_000;

const AT = { position: 0, length: 0 };
const member = (word: string) =>
  ({
    kind: 'member',
    value: { type: 'text', value: word },
    ref: { kind: 'set', name: 'tags', ...AT },
    negated: false,
    ...AT,
  }) as const;

/** The names that each clause requires: in these tests, a filter requires one metric. */
const namesOf = (rule: RetainRule): readonly AskedName[][] =>
  rule.keep.map((clause): AskedName[] => {
    if (clause.everyEpoch !== undefined) return [{ kind: 'epoch' }];
    const metric = clause.metric ?? (clause.filter === undefined ? undefined : 'f');
    return metric === undefined ? [] : [{ kind: 'metric', metric }];
  });

/** The same rule once more, by sorting all there is. */
function naive(rule: RetainRule, objects: readonly Retained[], object: Retained): boolean {
  if (object.protections.length > 0 || (rule.remove === 'files' && !object.hasFiles)) return false;
  // Not by `createdAt`, which is random here: a clock may have been wrong.
  const newest = (a: Retained, b: Retained) => b.order - a.order;
  return !rule.keep.some((clause, clauseIndex) => {
    const rivals = objects.filter((other) => clause.per !== 'experiment' || other.group === object.group);
    if (clause.best !== undefined) {
      const value = (each: Retained) => each.values[clauseIndex] as number | null;
      if (rivals.every((each) => value(each) === null)) return true;
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
      return (
        rivals.every(({ epoch }) => epoch === null) ||
        (object.epoch !== null && object.epoch % clause.everyEpoch === 0)
      );
    if (clause.youngerThan !== undefined) return NOW.getTime() - object.createdAt.getTime() < HOUR;
    return object.values[clauseIndex] === true || rivals.every(({ names }) => !names[clauseIndex]?.[0]);
  });
}

const planOf = (rule: RetainRule, objects: readonly Retained[], per: Per = 'all') => {
  const made = retentionPlan(rule, NOW, per, namesOf(rule));
  for (const object of objects) made.see(object);
  return made;
};
const plan = (rule: RetainRule, objects: readonly Retained[]) => {
  const made = planOf(rule, objects);
  return objects.map((object) => ({ object, ...made.verdict(object) }));
};

/** An object that has all that clauses ask for, unless told otherwise. */
const made = (id: string, more: Partial<Retained> = {}): Retained => ({
  id,
  createdAt: NOW,
  order: 1,
  epoch: null,
  group: null,
  hasFiles: true,
  values: [null],
  names: [[true]],
  protections: [],
  ...more,
});

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
  remove: fc.constantFrom('object' as const, 'files' as const),
});

/** Objects whose values fit the clauses of a rule. */
const objectsOf = (rule: RetainRule): fc.Arbitrary<Retained[]> =>
  fc
    .array(
      fc.record({
        hours: fc.integer({ min: 0, max: 4 }),
        epoch: fc.option(fc.integer({ min: 0, max: 9 })),
        group: fc.option(fc.constantFrom('a', 'b')),
        hasFiles: fc.boolean(),
        names: fc.tuple(...rule.keep.map(() => fc.tuple(fc.boolean()))),
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
        order: index,
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

  it('decides the same, whatever the order of the objects', () => {
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

  it('names everything that keeps an object', () => {
    const rule: RetainRule = { keep: [{ latest: 1 }, { everyEpoch: 5 }, { filter: 'x' }], remove: 'object' };
    const object = made('a', {
      epoch: 10,
      values: [null, null, false],
      names: [[], [], [true]],
      protections: ['hold', 'lineage'],
    });
    expect(plan(rule, [object]).map(({ object: _, ...verdict }) => verdict)).toEqual([
      { remove: false, keptBy: [0, 1], undecided: [], protectedBy: ['hold', 'lineage'], hasFiles: true },
    ]);
  });

  it('by default counts per experiment for checkpoints, and in total for versions', () => {
    const rule: RetainRule = { keep: [{ latest: 1 }], remove: 'object' };
    const objects = ['a', 'b'].map((group, index) => made(group, { group, order: index }));
    const kept = (per: Per) => {
      const counted = planOf(rule, objects, per);
      return objects.filter((object) => !counted.verdict(object).remove).map(({ id }) => id);
    };
    expect([kept('experiment'), kept('all')]).toEqual([['a', 'b'], ['b']]);
  });

  // Later runs do not see removed objects, and the remaining ones keep their protections.
  it('removes nothing more in a second run, as long as protections stay', () => {
    fc.assert(
      fc.property(cases, ([rule, objects]) => {
        const left = plan(rule, objects).flatMap(({ object, remove }) => (remove ? [] : [object]));
        expect(plan(rule, left).filter(({ remove }) => remove)).toEqual([]);
      }),
    );
  });

  it('otherwise removes a chain of origins, one object per run', () => {
    const rule: RetainRule = { keep: [{ filter: 'x' }], remove: 'object' };
    let living = ['a', 'b', 'c'];
    const runs: string[][] = [];
    while (living.length > 0) {
      // Each was made from the one before it.
      const objects = living.map((id, index) =>
        made(id, { values: [false], protections: index < living.length - 1 ? ['lineage'] : [] }),
      );
      const gone = plan(rule, objects).flatMap(({ object, remove }) => (remove ? [object.id] : []));
      runs.push(gone);
      living = living.filter((id) => !gone.includes(id));
    }
    expect(runs).toEqual([['c'], ['b'], ['a']]);
  });

  it('keeps only the objects that the clauses keep, whatever their order', () => {
    const rule: RetainRule = { keep: [{ best: 2, metric: 'm', direction: 'max' }], remove: 'object' };
    const object = (value: number) => made(String(value), { values: [value] });
    const objects = [5, 1, 9, 3, 7].map(object);
    const kept = plan(rule, objects).flatMap(({ object: { id }, remove }) => (remove ? [] : [id]));
    expect(kept.sort()).toEqual(['7', '9']);
  });

  it.each<[string, KeepClause, Partial<Retained>, string]>([
    ['a metric', { best: 1, metric: 'm', direction: 'max' }, { values: [null] }, 'the metric m'],
    ['an epoch', { everyEpoch: 5 }, { epoch: null }, 'an epoch'],
    ['a name of a filter', { filter: 'f' }, { values: [false], names: [[false]] }, 'the metric f'],
  ])('keeps everything where nothing has %s', (_, clause, lacks, words) => {
    const rule: RetainRule = { keep: [clause], remove: 'object' };
    const has: Partial<Retained> = {
      group: 'b',
      epoch: 1,
      values: [clause.best ? 0.5 : false],
      names: [[true]],
    };
    const objects = [
      made('a1', { group: 'a', ...lacks }),
      made('a2', { group: 'a', ...lacks }),
      made('b1', has),
      made('b2', { ...has, ...lacks }),
    ];
    const counted = planOf(rule, objects, 'experiment');
    const isRemoved = objects.map((object) => counted.verdict(object).remove);
    expect(isRemoved).toEqual([false, false, clause.best === undefined, true]);
    const scope = { kind: 'checkpoint', rule } as const;
    const [first] = objects as [Retained];
    expect(retentionWords('a1', counted.verdict(first), scope)).toBe(
      `a1 stays: no checkpoint of its experiment has ${words}, so keep[0] keeps them all.`,
    );
    expect(counted.undecided().map((each) => undecidedWords(scope, each))).toEqual([
      `no checkpoint of 1 of 2 experiments has ${words}, so keep[0] keeps every checkpoint there`,
    ]);
    // The rival has the name: in the scope of all it decides.
    expect(planOf(rule, objects, 'all').undecided()).toEqual([]);
  });

  it.each<[AskedName, string]>([
    [{ kind: 'value', term: member('gold') }, "the tag 'gold'"],
    [
      {
        kind: 'metadata',
        path: ['a'],
        term: { ...member('x'), ref: { kind: 'metadata', path: ['a'], ...AT } },
      },
      'a list in metadata.a',
    ],
  ])('looks for a mark in all that the rule ranges over', (name, words) => {
    const rule: RetainRule = { keep: [{ filter: 'f' }], remove: 'object' };
    const judge = (has: boolean) => {
      const objects = ['a', 'b'].map((group) =>
        made(group, { group, values: [false], names: [[has && group === 'a']] }),
      );
      const counted = retentionPlan(rule, NOW, 'experiment', [[name]]);
      for (const object of objects) counted.see(object);
      return {
        undecided: counted.undecided(),
        words: objects.map((object) =>
          retentionWords(object.id, counted.verdict(object), { kind: 'checkpoint', rule }),
        ),
      };
    };
    expect(judge(true)).toEqual({
      undecided: [],
      words: ['a', 'b'].map((id) => `${id} goes: no clause keeps it.`),
    });
    expect(judge(false)).toEqual({
      undecided: [{ clauseIndex: 0, name, missing: 1, of: 1 }],
      words: ['a', 'b'].map((id) => `${id} stays: no checkpoint has ${words}, so keep[0] keeps them all.`),
    });
  });

  it('removes a diverged run: NaN is a value that the metric has', () => {
    const rule: RetainRule = { keep: [{ best: 1, metric: 'm', direction: 'max' }], remove: 'object' };
    const objects = ['a', 'b'].map((id) => made(id, { values: [Number.NaN] }));
    expect(plan(rule, objects).map(({ remove }) => remove)).toEqual([true, true]);
  });

  it('describes the fields in words', () => {
    fc.assert(
      fc.property(cases, fc.constantFrom('version', 'checkpoint'), ([rule, objects], kind) => {
        for (const { object, ...verdict } of plan(rule, objects)) {
          const words = retentionWords(object.id, verdict, { kind, rule });
          const [, does, why = ''] = /^\d{3} (stays|goes|loses its stored files): (.+)\.$/.exec(words) ?? [];
          expect(does).toBe(
            verdict.remove ? (rule.remove === 'files' ? 'loses its stored files' : 'goes') : 'stays',
          );
          const reasons = verdict.keptBy.length + verdict.protectedBy.length;
          // No reason of these rules contains a semicolon.
          expect(why.split('; ')).toHaveLength(reasons || 1);
          expect(/so keep\[\d\] keeps them all/.test(why)).toBe(verdict.undecided.length > 0);
          expect(why === 'no clause keeps it').toBe(verdict.remove);
          expect(why === 'it has no stored files that could go').toBe(!verdict.remove && reasons === 0);
        }
      }),
      { numRuns: 300 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFilter } from '../filter/index.ts';
import { isBetter } from './better.ts';
import type { LabelRule } from './document.ts';
import { type Coverage, coverageOf, measuredValue, type VersionFacts } from './facts.ts';
import { type LabelQuestion, labelVerdict } from './label.ts';
import { decisionWords, labelWords, promotionWords } from './words.ts';

const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

/** A ready version with this value of `mAP` on `val`. */
const version = (
  name: string,
  mAP: number | 'NaN' | null,
  more: Partial<VersionFacts> = {},
): VersionFacts => ({
  id: name,
  version: name,
  isReady: true,
  isDeleted: false,
  order: 1,
  readyAt: at(0),
  object: { fields: {}, metadata: {}, evaluations: mAP === null ? {} : { val: { mAP } } },
  files: [],
  coverage: {},
  ...more,
});

const rule: LabelRule = { name: 'best', alias: 'champion', metric: 'mAP', dataset: 'val', direction: 'max' };

const ask = (question: Partial<LabelQuestion> & Pick<LabelQuestion, 'candidate'>) =>
  labelVerdict({
    rule,
    filter: null,
    holder: null,
    best: null,
    evaluate: [],
    undone: null,
    now: at(1000),
    ...question,
  });

describe('better', () => {
  it.each([
    ['more than the holder', 0.7, 0.6, true],
    ['a tie keeps the holder', 0.6, 0.6, false],
    ['less', 0.5, 0.6, false],
    ['NaN is never better', 'NaN', 0.6, false],
    ['NaN is not better than nothing', 'NaN', null, false],
    ['anything is better than NaN', 0.1, 'NaN', true],
    ['anything is better than nothing', 0.1, null, true],
    ['nothing is not better', null, 0.6, false],
  ] as const)('%s', (_, candidate, holder, passes) => {
    const verdict = ask({ candidate: version('new', candidate), holder: version('old', holder) });
    expect(verdict.passes).toBe(passes);
  });

  it('prefers lower values if the rule says so, by an absolute or relative margin', () => {
    const by = (margin: LabelRule['margin']) => ({ ...rule, direction: 'min', margin }) as const;
    const of = (margin: LabelRule['margin']) =>
      ask({ rule: by(margin), candidate: version('new', 9), holder: version('old', 10) }).passes;
    expect([of(undefined), of({ abs: 0.5 }), of({ abs: 1 }), of({ rel: 0.05 }), of({ rel: 0.1 })]).toEqual([
      true,
      true,
      false,
      true,
      false,
    ]);
  });

  it.each([
    ['more than a margin of 0.1 is not 0.1', 0.8, 0.7, 0.1, false],
    ['nor in other digits', 0.3, 0.2, 0.1, false],
    ['but a little more is', 0.8000001, 0.7, 0.1, true],
  ] as const)('decimal fractions are meant as they are written: %s', (_, candidate, holder, abs, passes) => {
    const asked = { ...rule, margin: { abs } };
    expect(
      ask({ rule: asked, candidate: version('new', candidate), holder: version('old', holder) }).passes,
    ).toBe(passes);
  });

  it('prefers the newer of two versions that pass a bound', () => {
    const bound = { ...rule, than: 0.5 };
    const [old, young] = [version('old', 0.9), version('young', 0.6, { order: 5 })];
    expect(ask({ rule: bound, candidate: young, holder: old }).passes).toBe(true);
    expect(ask({ rule: bound, candidate: old, holder: young }).passes).toBe(false);
    const failing = version('failing', 0.4, { order: 9 });
    expect(ask({ rule: bound, candidate: old, holder: failing }).passes).toBe(true);
  });
});

describe('the other clauses', () => {
  it.each<[string, Partial<LabelQuestion>, string]>([
    ['a pending version', { candidate: version('v', 0.9, { isReady: false }) }, 'ready'],
    ['a deleted version', { candidate: version('v', 0.9, { isDeleted: true }) }, 'ready'],
    ['a file that is missing', { rule: { ...rule, files: [{ role: 'model' }] } }, 'files[0]'],
    ['an evaluation that is owed', { evaluate: ['night'] }, 'evaluated'],
    ['an age that is not reached', { rule: { ...rule, minAge: 'PT1H' } }, 'minAge'],
    ['what a person undid', { undone: 'kim took it' }, 'undone'],
  ])('%s is in the way', (_, question, clause) => {
    const verdict = ask({ candidate: version('v', 0.9), ...question });
    expect(verdict.passes).toBe(false);
    expect(verdict.clauses.filter(({ holds }) => !holds).map((each) => each.clause)).toEqual([clause]);
  });

  it('prefer the version created later of two that pass a bound, whatever its id', () => {
    const bound = { ...rule, than: 0.5 };
    const [one, two] = [version('b', 0.9), version('a', 0.6, { order: 2 })];
    expect(ask({ rule: bound, candidate: two, holder: one }).passes).toBe(true);
    expect(ask({ rule: bound, candidate: one, holder: two }).passes).toBe(false);
    expect(ask({ rule: bound, candidate: version('c', 0.5), holder: null }).passes).toBe(false);
  });

  it('pass at exactly the required age', () => {
    const aged = { ...rule, minAge: 'PT1H' };
    const of = (second: number) => ask({ rule: aged, candidate: version('v', 1), now: at(second) });
    expect([of(3599).passes, of(3600).passes, of(3600).dueAt]).toEqual([false, true, null]);
  });

  it.each([
    ["'gold' IN tags", ['gold'], true],
    ["'gold' IN tags", [], false],
    ['metrics.nothing > 0', [], false],
    ['NOT metrics.nothing > 0', [], false],
  ])('a filter has to be true, and unknown is not: %s of %j', (text, tags, passes) => {
    const filter = parseFilter(text, { fields: {}, tags: true, metric: true });
    const object = { fields: {}, tags, evaluations: { val: { mAP: 1 } } };
    const verdict = ask({ filter, candidate: version('v', 1, { object }) });
    expect(verdict.passes).toBe(passes);
  });

  it.each<[Coverage | undefined, boolean | undefined, boolean]>([
    ['done', undefined, true],
    ['stale', undefined, false],
    ['missing', true, false],
    [undefined, true, false],
    ['stale', false, true],
    [undefined, false, true],
  ])('evaluated as %s, where the rule says %s: %s', (state, evaluated, passes) => {
    const coverage = state === undefined ? {} : { night: state };
    const candidate = version('v', 1, { coverage });
    expect(ask({ rule: { ...rule, evaluated }, evaluate: ['night'], candidate }).passes).toBe(passes);
  });

  it('compare with any other version if the rule says so', () => {
    const any = { ...rule, than: 'any' } as const;
    const of = (best: VersionFacts | null) =>
      ask({ rule: any, candidate: version('v', 0.6), holder: version('old', 0.1), best }).passes;
    expect([of(null), of(version('w', 0.5)), of(version('w', 0.6)), of(version('w', 0.7))]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('find a file by its role or its path', () => {
    const files = [{ path: 'a/model.onnx', role: 'model' }];
    const of = (...wanted: NonNullable<LabelRule['files']>) =>
      ask({ rule: { ...rule, files: wanted }, candidate: version('v', 1, { files }) }).passes;
    expect([of({ role: 'model' }), of({ path: 'a/model.onnx' })]).toEqual([true, true]);
    expect([of({ role: 'dataset' }), of({ path: 'model.onnx' })]).toEqual([false, false]);
  });

  it('allow other metrics to be worse within the tolerance, but not missing', () => {
    const strict = {
      ...rule,
      notWorse: [{ metric: 'ms', direction: 'min', tolerance: { rel: 0.1 } }],
    } as const;
    const timed = (name: string, mAP: number, ms?: number) =>
      version(name, mAP, {
        object: { fields: {}, metrics: ms === undefined ? {} : { ms }, evaluations: { val: { mAP } } },
      });
    const against = (ms?: number) =>
      ask({ rule: strict, candidate: timed('new', 0.9, ms), holder: timed('old', 0.8, 10) }).passes;
    expect([against(10), against(11), against(11.1), against()]).toEqual([true, true, false, false]);
    expect(ask({ rule: strict, candidate: timed('new', 0.9), holder: timed('old', 0.8) }).passes).toBe(true);
  });

  it('return the time at which an age will be reached', () => {
    const verdict = ask({ rule: { ...rule, minAge: 'PT1H' }, candidate: version('v', 1), now: at(0) });
    expect(verdict.dueAt).toEqual(at(3600));
  });
});

describe('coverage', () => {
  it('is stale if the digest of the dataset has changed; a dataset without digest never changes', () => {
    expect([
      coverageOf(undefined, 'x'),
      coverageOf({ digest: 'x' }, 'x'),
      coverageOf({ digest: 'y' }, 'x'),
      coverageOf({ digest: null }, 'x'),
      coverageOf({ digest: 'y' }, null),
    ]).toEqual(['missing', 'done', 'stale', 'stale', 'done']);
  });
});

describe('words', () => {
  const timed = (name: string, mAP: number | 'NaN' | null, ms?: number | 'NaN') =>
    version(name, mAP, {
      object: {
        fields: {},
        metrics: ms === undefined ? {} : { ms },
        evaluations: mAP === null ? {} : { val: { mAP } },
      },
    });
  const notSlower = { notWorse: [{ metric: 'ms', direction: 'min', tolerance: { rel: 0.07 } }] } as const;
  const say = (more: Partial<LabelRule>, candidate: VersionFacts, holder: VersionFacts | null) =>
    labelWords(candidate.version, 'champion', ask({ rule: { ...rule, ...more }, candidate, holder }));

  it.each<[Partial<LabelRule>, VersionFacts, VersionFacts | null, string]>([
    [
      {},
      timed('v7', 0.61),
      timed('v5', 0.64),
      'does not qualify as champion: its mAP on val, 0.61, is not better than that of v5, 0.64.',
    ],
    [
      { margin: { abs: 0.01 } },
      timed('v7', 0.61),
      timed('v5', 0.64),
      'does not qualify as champion: its mAP on val, 0.61, is not better than that of v5, 0.64, by more than 0.01.',
    ],
    [
      { margin: { rel: 0.07 } },
      timed('v7', 0.61),
      timed('v5', 0.64),
      'does not qualify as champion: its mAP on val, 0.61, is not better than that of v5, 0.64, by more than 7 %.',
    ],
    [
      { margin: { abs: 0.01 } },
      timed('v7', 0.61),
      timed('v5', null),
      'qualifies as champion: its mAP on val is 0.61, and v5 has none.',
    ],
    [
      {},
      timed('v7', 0.61),
      timed('v5', 'NaN'),
      'qualifies as champion: its mAP on val is 0.61, and that of v5 is not a number.',
    ],
    [{}, timed('v7', null), timed('v5', 0.64), 'does not qualify as champion: it has no mAP on val.'],
    [{}, timed('v7', 'NaN'), null, 'does not qualify as champion: its mAP on val is not a number.'],
    [
      { than: 0.6, margin: { abs: 0.1 } },
      timed('v7', 0.61),
      null,
      'does not qualify as champion: its mAP on val, 0.61, is not better than 0.6 by more than 0.1.',
    ],
    [
      notSlower,
      timed('v7', 0.7, 12),
      timed('v5', 0.64, 10),
      'does not qualify as champion: its ms, 12, is worse than that of v5, 10, by more than 7 %.',
    ],
    [
      notSlower,
      timed('v7', 0.7),
      timed('v5', 0.64, 10),
      'does not qualify as champion: it has no ms, and v5 has 10.',
    ],
    [
      notSlower,
      timed('v7', 0.7, 'NaN'),
      timed('v5', 0.64, 10),
      'does not qualify as champion: its ms is not a number, and that of v5 is 10.',
    ],
    [
      notSlower,
      timed('v7', 0.7),
      timed('v5', 0.64),
      'qualifies as champion: its mAP on val, 0.7, is better than that of v5, 0.64; v5 has no ms that could be better.',
    ],
    [
      notSlower,
      timed('v7', 0.7, 12),
      timed('v7', 0.7, 12),
      'qualifies as champion: it is the holder; there is no other holder that could be better in ms.',
    ],
    [
      notSlower,
      timed('v7', 0.7, 12),
      null,
      'qualifies as champion: there is no holder; there is no holder that could be better in ms.',
    ],
  ])('say what decided: %j', (more, candidate, holder, words) => {
    expect(say(more, candidate, holder)).toBe(`${candidate.version} ${words}`);
  });

  it('a dataset may have the name of a built-in property', () => {
    const verdict = ask({ candidate: version('v', 1), evaluate: ['constructor'] });
    expect(verdict.clauses.find(({ clause }) => clause === 'evaluated')?.inputs).toEqual({
      coverage: { constructor: 'missing' },
    });
  });

  it('agree with the outcome and the clauses', () => {
    const clause = fc.record({ holds: fc.boolean(), name: fc.constantFrom('better', 'filter', 'ready') });
    fc.assert(
      fc.property(fc.array(clause, { minLength: 1, maxLength: 5 }), fc.boolean(), (drawn, has) => {
        const clauses = drawn.map(({ holds, name }, index) => ({
          clause: name,
          holds,
          words: `reason ${index} ${holds ? 'for' : 'against'} it`,
          inputs: {},
        }));
        const verdict = { passes: clauses.every(({ holds }) => holds), clauses, dueAt: null };
        const outcomes = verdict.passes
          ? (['moved', 'tagged', 'proposed', 'holds'] as const)
          : has
            ? (['holds', 'no'] as const)
            : (['no'] as const);
        const says = {
          moved: /^v7 qualifies as champion: /,
          tagged: /^v7 qualifies as champion: /,
          proposed: /^v7 is proposed as champion: /,
          no: /^v7 does not qualify as champion: /,
          holds: !has
            ? /^v7 is proposed as champion already: /
            : verdict.passes
              ? /^v7 is champion already: /
              : /^v7 stays champion, since rules take nothing away: /,
        };
        for (const outcome of outcomes) {
          const words = decisionWords('v7', 'champion', outcome, verdict, has);
          expect(words).toMatch(says[outcome]);
          // The reasons are those that decided.
          expect(words.includes('against it')).toBe(!verdict.passes);
          if (!verdict.passes) expect(words).not.toContain('for it');
        }
        expect(promotionWords('It', 'v3', verdict)).toMatch(
          verdict.passes ? /^It qualifies as the version v3: / : /^It does not qualify as the version v3: /,
        );
        expect(promotionWords('It', null, verdict, 'the name is taken.')).toBe(
          'It could not become a version: the name is taken.',
        );
      }),
    );
  });

  it('survive JSON with the whole verdict, whatever the values', () => {
    const special = fc.constantFrom(0.5, 'NaN' as const, 'Infinity' as never, '-Infinity' as never, null);
    const thans = fc.constantFrom('holder', 'any', 0.5);
    fc.assert(
      fc.property(special, special, thans, fc.boolean(), (mine, theirs, than, isMin) => {
        const direction = isMin ? 'min' : 'max';
        const asked = { ...rule, than, direction, notWorse: [{ ...rule, direction }] } as LabelRule;
        const other = version('old', theirs);
        const { clauses } = ask({ rule: asked, candidate: version('new', mine), holder: other, best: other });
        expect(JSON.parse(JSON.stringify(clauses))).toEqual(clauses);
      }),
    );
  });
});

/** Asks for each version in turn, as facts come in; gives the last holder, and how often it moved. */
function play(
  versions: readonly VersionFacts[],
  asked: LabelRule,
): { holder: VersionFacts | null; moves: number } {
  let holder: VersionFacts | null = null;
  let moves = 0;
  for (const candidate of versions) {
    if (candidate.id === holder?.id || !ask({ rule: asked, candidate, holder }).passes) continue;
    holder = candidate;
    moves += 1;
  }
  return { holder, moves };
}

const values = fc.uniqueArray(fc.double({ noNaN: true, noDefaultInfinity: true }), {
  minLength: 1,
  maxLength: 20,
});

describe('schedules', () => {
  it('with distinct values every order of arrival ends with the same holder', () => {
    const ordered = values.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(ordered, fc.constantFrom('max', 'min'), ([one, other], direction) => {
        const of = (list: readonly number[]) => list.map((value) => version(String(value), value));
        const asked = { ...rule, direction } as const;
        expect(play(of(other), asked).holder?.id).toBe(play(of(one), asked).holder?.id);
      }),
    );
  });

  it('each move is to a better value, so repeated questions end', () => {
    const facts = fc.record({
      mAP: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom('NaN' as const, null)),
      ms: fc.integer({ min: 0, max: 5 }),
      order: fc.integer({ min: 0, max: 3 }),
    });
    const rules = fc.record({
      direction: fc.constantFrom('max', 'min'),
      than: fc.constantFrom('holder', 2),
      margin: fc.constantFrom(undefined, { abs: 1 }, { rel: 0.5 }),
      notWorse: fc.constantFrom(undefined, [
        { metric: 'ms', direction: 'min', tolerance: { abs: 1 } } as const,
      ]),
    });
    fc.assert(
      fc.property(fc.array(facts, { maxLength: 12 }), rules, (list, more) => {
        const asked = { ...rule, ...more } as LabelRule;
        const versions = list.map(({ mAP, ms, order }, index) =>
          version(String(index).padStart(2, '0'), mAP, {
            order: order * 20 + index,
            object: { fields: {}, metrics: { ms }, evaluations: mAP === null ? {} : { val: { mAP } } },
          }),
        );
        const value = ({ object }: VersionFacts) => measuredValue(object, asked);
        let holder: VersionFacts | null = null;
        for (let moved = true, rounds = 0; moved; rounds++) {
          expect(rounds).toBeLessThan(20);
          moved = false;
          for (const candidate of versions) {
            if (candidate.id === holder?.id || !ask({ rule: asked, candidate, holder }).passes) continue;
            if (holder !== null && asked.than !== 2)
              expect(isBetter(value(candidate), value(holder), asked.direction)).toBe(true);
            expect(value(candidate)).not.toBeNaN();
            holder = candidate;
            moved = true;
          }
        }
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FilterSchema, parseFilter } from '../filter/index.ts';
import { compareBest } from './better.ts';
import type { PromoteRule } from './document.ts';
import { measuredValue } from './facts.ts';
import { type CheckpointFacts, type PromotionQuestion, promotedName, promoteVerdict } from './promote.ts';
import { renderTemplate, templateFault } from './template.ts';

const schema: FilterSchema = { fields: {}, tags: true, metadata: true, metric: true };

/** A ready checkpoint with this value of `loss`. */
const checkpoint = (
  id: string,
  loss: number | 'NaN' | null,
  more: Partial<CheckpointFacts> = {},
): CheckpointFacts => ({
  id,
  isReady: true,
  isDeleted: false,
  order: 1,
  epoch: 3,
  step: null,
  object: { fields: {}, metadata: {}, tags: [], metrics: loss === null ? {} : { loss } },
  ...more,
});

const rule: PromoteRule = { metric: 'loss', direction: 'min', version: '{experiment}-e{epoch}' };
const finished = { name: 'run-7', status: 'finished', matches: true };
const question = (
  more: Partial<PromotionQuestion> & Pick<PromotionQuestion, 'candidate'>,
): PromotionQuestion => ({
  rule,
  filter: null,
  experiment: finished,
  model: 'yolo',
  best: null,
  promotedAs: null,
  ...more,
});
const failing = (more: Partial<PromotionQuestion>): string[] => {
  const { clauses, passes } = promoteVerdict(question({ candidate: checkpoint('c', 0.5), ...more }));
  const failed = clauses.filter((each) => !each.holds).map(({ clause }) => clause);
  expect(passes).toBe(failed.length === 0);
  return failed;
};

describe('a checkpoint becomes a version', () => {
  it('when it is the best of a finished experiment of the rule', () => {
    expect(failing({})).toEqual([]);
    expect(failing({ best: checkpoint('d', 0.6) })).toEqual([]);
  });

  it.each<[string, Partial<PromotionQuestion>, string[]]>([
    ['it is pending', { candidate: checkpoint('c', 0.5, { isReady: false }) }, ['ready']],
    ['it is deleted', { candidate: checkpoint('c', 0.5, { isDeleted: true }) }, ['ready']],
    ['its experiment is another', { experiment: { ...finished, matches: false } }, ['matches']],
    ['another is better', { best: checkpoint('d', 0.4) }, ['best']],
    ['it has no value', { candidate: checkpoint('c', null) }, ['best']],
    ['its value is NaN', { candidate: checkpoint('c', 'NaN') }, ['best']],
    ['the filter is false', { filter: parseFilter("'good' IN tags", schema) }, ['filter']],
    ['the filter is unknown', { filter: parseFilter('metrics.nothing > 0', schema) }, ['filter']],
    ['its experiment runs', { experiment: { ...finished, status: 'running' } }, ['finished']],
    ['its experiment failed', { experiment: { ...finished, status: 'failed' } }, ['finished']],
    ['it was promoted before', { promotedAs: 'v1' }, ['new']],
    [
      'of several reasons each is told',
      { best: checkpoint('d', 0.4), experiment: { ...finished, status: 'running' }, promotedAs: 'v1' },
      ['best', 'finished', 'new'],
    ],
  ])('not when %s', (_, more, clauses) => {
    expect(failing(more)).toEqual(clauses);
  });

  it('while its experiment runs, if the rule says `once`', () => {
    expect(
      failing({ rule: { ...rule, at: 'once' }, experiment: { ...finished, status: 'running' } }),
    ).toEqual([]);
  });

  it('only one of several: the best, or the oldest of equal ones', () => {
    const losses = fc.array(
      fc.record({
        loss: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('NaN' as const, null)),
        order: fc.integer({ min: 0, max: 2 }),
      }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(losses, fc.constantFrom('max', 'min'), (list, direction) => {
        const all = list.map(({ loss, order }, index) =>
          checkpoint(`c${index}`, loss, { order: order * 10 + index }),
        );
        const asked = { ...rule, direction } as const;
        const order = (a: CheckpointFacts, b: CheckpointFacts): number =>
          compareBest(measuredValue(a.object, asked), measuredValue(b.object, asked), direction) ||
          a.order - b.order;
        const chosen = all.filter((candidate) => {
          const best = all.filter((other) => other !== candidate).sort(order)[0] ?? null;
          return promoteVerdict(question({ rule: asked, candidate, best })).passes;
        });
        const valued = all.filter(({ object }) =>
          Number.isFinite(measuredValue(object, asked) ?? Number.NaN),
        );
        expect(chosen).toEqual(valued.sort(order).slice(0, 1));
      }),
    );
  });
});

describe('the name of the version', () => {
  const named = (version: string, more: Partial<CheckpointFacts> = {}, experiment = 'run-7') =>
    promotedName(
      question({
        rule: { ...rule, version },
        candidate: checkpoint('c', 0.5, more),
        experiment: { ...finished, name: experiment },
      }),
    );

  it('comes from the template', () => {
    expect(named('{model}.{experiment}-e{epoch}-s{step}', { step: 40 })).toEqual({
      ok: true,
      name: 'yolo.run-7-e3-s40',
    });
  });

  it('contains names unchanged, even if they look like a pattern or a placeholder', () => {
    expect(
      renderTemplate('{experiment}-e{epoch}', { experiment: '$&{epoch}', epoch: 1, step: 2, model: 'm' }),
    ).toBe('$&{epoch}-e1');
  });

  it('is refused if it is not a valid name', () => {
    expect(named('{experiment}-e{epoch}', {}, 'x'.repeat(127))).toMatchObject({ ok: false });
    expect(named('{experiment}{model}', {}, 'x'.repeat(125))).toMatchObject({ ok: false });
  });

  it.each([
    ['a/{epoch}', '"/"'],
    ['{experiment}:{epoch}', '":"'],
    [`${'x'.repeat(128)}{epoch}`, '128'],
    ['{epoch}\n', 'control'],
  ])('could never be one: %j is refused before', (template, why) => {
    expect(templateFault(template)).toContain(why);
  });

  it('is the template with each placeholder replaced, for every accepted template', () => {
    const values = { experiment: 'run-7', epoch: 3, step: null, model: 'yolo' };
    const shown = { experiment: 'run-7', epoch: '3', step: '0', model: 'yolo' };
    const part = fc.oneof(
      fc.stringMatching(/^[a-z.$&_-]{0,4}$/).map((text) => ({ text, place: null })),
      fc.constantFrom('experiment', 'epoch', 'step', 'model').map((place) => ({ text: `{${place}}`, place })),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const template = parts.map(({ text }) => text).join('');
        const tellsApart = parts.some(({ place }) => place !== null && place !== 'model');
        expect(templateFault(template) === null).toBe(tellsApart);
        expect(renderTemplate(template, values)).toBe(
          parts
            .map(({ text, place }) => (place === null ? text : shown[place as keyof typeof shown]))
            .join(''),
        );
      }),
    );
  });
});

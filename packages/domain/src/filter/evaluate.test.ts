import { describe, expect, it } from 'vitest';
import { evaluateFilter } from './evaluate.ts';
import { matchLike } from './like.ts';
import type { FilterObject } from './object.ts';
import { parseOrderBy } from './order.ts';
import { compareByOrder } from './order-compare.ts';
import { parseFilter } from './parser.ts';
import { testSchema } from './testing/arbitraries.ts';
import { compareText } from './text.ts';
import { canonicalTime } from './time.ts';

const yolo: FilterObject = {
  fields: {
    id: '018f0000-0000-7000-8000-000000000001',
    name: 'Yolo_ä',
    createdAt: new Date('2026-01-01T00:00:00.500Z'),
    endedAt: null,
    n: 'NaN',
    step: 3,
    held: false,
  },
  tags: ['gold'],
  metadata: { train: { lr: 0.1, 'a.b': 'x' }, license: 'mit', list: ['x', 1, ['y']], none: null, flag: true },
  metrics: { accuracy: 0.9, 'val/loss': 'NaN', lr: '-Infinity' },
  evaluations: { 'coco-val': { mAP: 0.7 } },
};

describe('evaluateFilter', () => {
  it.each([
    ['', true],
    ["metrics.accuracy > 0.8 AND metadata.license IN ('mit') AND 'gold' IN tags", true],
    ['evaluations.coco-val.mAP > 0.6 AND evaluations."coco-val".mAP <= 0.7', true],
    // Missing, or of another type: unknown, and so is its negation.
    ['metrics.nothing > 0', null],
    ['NOT metrics.nothing > 0', null],
    ["metadata.train.lr = '0.1'", null],
    ['metadata.license != 5', null],
    ["endedAt > '2020-01-01' OR TRUE IN metadata.nothing", null],
    ['metrics.nothing > 0 OR step = 3', true],
    ['metrics.nothing > 0 AND step = 4', false],
    // NaN is only ever itself.
    ['metrics.val/loss < 1', null],
    ['metrics.val/loss != 1', null],
    ["metrics.val/loss = 'NaN' AND n IN (1, 'NaN')", true],
    ["metrics.accuracy != 'NaN'", true],
    ['n NOT IN (1, 2)', null],
    ['metrics.val/loss IS NULL', false],
    ["metrics.lr < -1e308 AND metrics.lr = '-Infinity'", true],
    // Paths are keys of objects; JSON null is missing.
    ["metadata.train.`a.b` = 'x'", true],
    ['metadata.list.0 IS NULL AND metadata.none IS NULL AND metadata.license.x IS NULL', true],
    ['metadata.constructor IS NULL AND metadata.__proto__ IS NULL AND metrics.constructor IS NULL', true],
    ["'x' IN metadata.list AND 1 IN metadata.list AND 'y' NOT IN metadata.list", true],
    ["'mit' IN metadata.license", null],
    ["'gold' NOT IN tags", false],
    ["'prod' IN aliases", false],
    ['aliases IS NULL AND tags IS NOT NULL', true],
    // Patterns.
    ["name LIKE 'Yolo\\__' AND name ILIKE 'YOLO%' AND name NOT LIKE 'yolo%'", true],
    ["name ILIKE '%Ä'", false],
    ['step BETWEEN 3 AND 4 AND step NOT BETWEEN 4 AND 5', true],
    ["createdAt = '2026-01-01T01:00:00.5+01:00' AND createdAt < '2026-01-01T00:00:00.500001Z'", true],
    ['held = FALSE AND metadata.flag != FALSE', true],
  ])('finds %s %j', (text, expected) => {
    expect(evaluateFilter(parseFilter(text, testSchema), yolo)).toBe(expected);
  });
});

describe('compareByOrder', () => {
  it('orders NaN and then missing values last in both directions, and numbers before strings in metadata', () => {
    const values = [2, 'NaN', undefined, -1, 'Infinity'] as const;
    const objects = values.map((a, i) => ({
      fields: { id: `018f0000-0000-7000-8000-00000000000${i}` },
      metrics: a === undefined ? {} : { a },
      metadata: { a: a ?? null },
    }));
    const sorted = (orderBy: string): unknown[] => {
      const terms = parseOrderBy(orderBy, testSchema);
      const metric = (one: (typeof objects)[number]): unknown => (one.metrics as { a?: unknown }).a;
      return [...objects].sort((a, b) => compareByOrder(terms, a, b)).map(metric);
    };
    expect(sorted('metrics.a')).toEqual([-1, 2, 'Infinity', 'NaN', undefined]);
    expect(sorted('metrics.a DESC')).toEqual(['Infinity', 2, -1, 'NaN', undefined]);
    expect(sorted('metadata.a')).toEqual([-1, 2, 'Infinity', 'NaN', undefined]);
    expect(sorted('metadata.a DESC')).toEqual([2, -1, 'NaN', 'Infinity', undefined]);
  });
});

describe('the parts', () => {
  it('compares text by code point', () => {
    const ordered = ['', 'A', 'a', 'ab', 'é', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{1f600}'];
    expect([...ordered].reverse().sort(compareText)).toEqual(ordered);
  });

  it('matches fast, whatever the pattern', () => {
    expect(matchLike('a'.repeat(5000), `${'%a'.repeat(500)}b`)).toBe(false);
    expect(matchLike('\u{1f600}x', '_x')).toBe(true);
    expect(matchLike('50%', '50\\%')).toBe(true);
    expect(matchLike('505', '50\\%')).toBe(false);
  });

  it.each([
    ['2026-01-31', '2026-01-31T00:00:00.000000Z'],
    ['2026-01-31 10:00:00z', '2026-01-31T10:00:00.000000Z'],
    ['2024-02-29T23:59:59.1-00:30', '2024-03-01T00:29:59.100000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000000Z'],
    ['0001-01-01T00:00:00+00:01', null],
    ['9999-12-31T23:59:59-00:01', null],
    ['2026-02-29T00:00:00Z', null],
    ['2026-01-01T24:00:00Z', null],
    ['2026-01-01T00:00:60Z', null],
    ['2026-01-01T00:00:00', null],
    ['2026-01-01T00:00:00.Z', null],
    ['2026-01-01T00:00:00+0100', null],
    ['2026-01-01T00:00:00+24:00', null],
    ['2026-1-1', null],
    ['now', null],
  ])('reads the time %s', (text, expected) => {
    expect(canonicalTime(text)).toBe(expected);
  });
});

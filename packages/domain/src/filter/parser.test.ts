import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Term } from './ast.ts';
import { FilterError } from './error.ts';
import { formatFilter, formatOrderBy } from './format.ts';
import { parseOrderBy } from './order.ts';
import { parseFilter } from './parser.ts';
import { termsOf } from './terms.ts';
import { condition, orderTerms, testSchema } from './testing/arbitraries.ts';

/** The same tree with all positions 0, and as text the numbers that JSON lacks. */
function bare<T>(tree: T): T {
  const text = (value: unknown): unknown =>
    typeof value === 'number' && !Number.isFinite(value) ? `#${value}` : value;
  return JSON.parse(
    JSON.stringify(tree, (_, value) => text(value)),
    (key, value) => (key === 'position' || key === 'length' ? 0 : value),
  );
}
const canonical = (text: string): string => formatFilter(parseFilter(text, testSchema));

function failure(
  text: string,
  parse: (text: string, schema: typeof testSchema) => unknown = parseFilter,
): FilterError {
  try {
    parse(text, testSchema);
  } catch (error) {
    if (error instanceof FilterError) return error;
    throw error;
  }
  throw new Error(`parsed: ${text}`);
}

describe('parseFilter', () => {
  it.each([
    ['', ''],
    [
      " metrics.accuracy>0.9 and(metadata.license in('mit')OR 'gold' IN tags)",
      "metrics.accuracy > 0.9 AND (metadata.license IN ('mit') OR 'gold' IN tags)",
    ],
    ['evaluations."coco-val".mAP > 0.6', 'evaluations.coco-val.mAP > 0.6'],
    ['evaluations.`ns/x.y`.`a b` IS NOT NULL', 'evaluations."ns/x.y"."a b" IS NOT NULL'],
    ['metrics.train.loss < 1e-3', 'metrics."train.loss" < 0.001'],
    ['metric.val/loss <> -.5', 'metrics.val/loss != -0.5'],
    ['attributes.name = "it\'s"', "name = 'it''s'"],
    ["attr_title ILIKE 'a\\_%'", "title ILIKE 'a\\_%'"],
    ['"gold" NOT IN tags AND "name" IN ("x", \'y\')', "'gold' NOT IN tags AND name IN ('x', 'y')"],
    ['"in" = \'x\'', '"in" = \'x\''],
    ['metadata."a.b".c = TRUE', 'metadata."a.b".c = TRUE'],
    ["'x' IN metadata.list AND true IN metadata.flags", "'x' IN metadata.list AND TRUE IN metadata.flags"],
    ["createdAt >= '2026-01-01'", "createdAt >= '2026-01-01T00:00:00.000000Z'"],
    ["createdAt > '2026-01-01t02:30:00.1234567+02:30'", "createdAt > '2026-01-01T00:00:00.123456Z'"],
    ['createdAt > 1700000000123', "createdAt > '2023-11-14T22:13:20.123000Z'"],
    ["n = 'NaN' or n = '-Infinity'", "n = 'NaN' OR n = '-Infinity'"],
    ['step BETWEEN 1 AND 5 AND held = false', 'step >= 1 AND step <= 5 AND held = FALSE'],
    ['NOT step NOT BETWEEN 1 AND 5', 'NOT NOT (step >= 1 AND step <= 5)'],
    [
      '(step = 1 OR (step = 2 OR step = 3)) AND NOT (held = TRUE)',
      '(step = 1 OR step = 2 OR step = 3) AND NOT held = TRUE',
    ],
    ['aliases IS NULL OR tags IS NOT NULL', 'aliases IS NULL OR tags IS NOT NULL'],
    ["parent = '018F0000-0000-7000-8000-000000000001'", "parent = '018f0000-0000-7000-8000-000000000001'"],
    ["metadata.größe = 'ß'", "metadata.größe = 'ß'"],
  ])('reads %s', (text, expected) => {
    expect(canonical(text)).toBe(expected);
  });

  it('reports the position of every term in the text', () => {
    const text = "name = 'a' AND  NOT metrics.x > 1";
    const { condition: and } = parseFilter(text, testSchema);
    if (and?.kind !== 'and' || and.terms[1]?.kind !== 'not') throw new Error('not the expected tree');
    const compare = and.terms[1].term;
    expect(text.slice(compare.position, compare.position + compare.length)).toBe('metrics.x > 1');
    expect([and.position, and.length]).toEqual([0, text.length]);
  });

  it.each([
    ['nam = 1', 0, 3, 'unknown field "nam"', 'metrics.<key>'],
    ['name = 1', 7, 1, 'does not fit', 'a string in quotes'],
    ["name = 'x", 7, 2, 'a quote is not closed', "a closing '"],
    ['name', 4, 0, 'too early', 'LIKE'],
    ['name = ', 7, 0, 'too early', 'a string in quotes'],
    ["name = 'x' name", 11, 4, 'something else', 'AND'],
    ["(name = 'x'", 11, 0, 'too early', ')'],
    ["name = 'x')", 10, 1, 'something else', 'the end'],
    ['name = NULL', 7, 4, 'NULL', 'IS NULL'],
    ['name LIKE 5', 10, 1, 'a pattern must be a string', 'a string in quotes'],
    ["name LIKE 'a\\'", 10, 4, 'backslash', 'two backslashes for one'],
    ["step LIKE 'a'", 5, 4, 'only text', '='],
    ['step = 1.5', 7, 3, 'does not fit', 'a whole number'],
    ['n = 1e999', 4, 5, 'the number is outside of the range of a double', null],
    ['n = 12px', 4, 3, 'runs into', null],
    ["n > 'NaN'", 2, 1, 'NaN', '!='],
    ["n BETWEEN 1 AND 'NaN'", 16, 5, 'NaN', '!='],
    ['held > TRUE', 5, 1, 'TRUE and FALSE can be compared only by = and !=', '='],
    ["id = 'x'", 5, 3, 'does not fit', 'an id in quotes'],
    ["createdAt > '2026-02-30'", 12, 12, 'does not fit', "a time such as '2026-01-31T12:00:00Z'"],
    ['metadata.a IN (1, TRUE)', 18, 4, 'all values of a list must have the same type', 'a number value'],
    ['metadata.a IN ()', 15, 1, 'something else', 'a number'],
    ['metadata = 1', 0, 8, 'needs a name', 'metadata.<path>'],
    ['evaluations.coco > 1', 0, 16, 'needs a name', 'evaluations.<dataset>.<key>'],
    ["tags = 'x'", 0, 4, 'tags is a set, which cannot be compared', "'<word>' IN tags"],
    ["tags.stage = 'x'", 0, 10, 'plain words', "'stage' IN tags"],
    ["'x' = name", 4, 1, 'starts with its field', 'IN'],
    ["'x' IN name", 7, 4, 'IN needs a set or a list on its right', 'tags'],
    ['1 IN tags', 0, 1, 'tags contain words, so the value must be a string', 'a string in quotes'],
    ['metadata. = 1', 9, 0, 'dot', 'a name after the dot'],
    ['name = \u0000', 7, 1, 'NUL', null],
    ["name = '\ud800'", 8, 1, 'surrogate', null],
    ['name ~ 1', 5, 1, 'unexpected character', null],
    ["__proto__ = 'x'", 0, 9, 'unknown field', 'name'],
    ["constructor = 'x'", 0, 11, 'unknown field', 'name'],
    ['OR', 0, 2, 'something else', 'a field'],
  ])('refuses %j', (text, position, length, message, expected) => {
    const error = failure(text);
    expect(error.message).toContain(message);
    expect([error.position, error.length]).toEqual([position, length]);
    if (expected !== null) expect(error.expected).toContain(expected);
  });

  it('limits length, nesting, terms, lists and paths', () => {
    const times = (n: number, text: string, join: string): string => Array(n).fill(text).join(join);
    expect(failure(`name = '${'x'.repeat(4096)}'`).message).toContain('4096');
    for (const open of ['(', 'NOT ', 'NOT (']) {
      expect(failure(times(80, open, '')).message).toContain('nested deeper than 32');
    }
    expect(canonical(`${'('.repeat(32)}n=1${')'.repeat(32)}`)).toBe('n = 1');
    expect(parseFilter(times(200, 'n=1', ' OR '), testSchema).condition).toHaveProperty('terms.length', 200);
    expect(failure(times(201, 'n=1', ' OR ')).message).toContain('200');
    expect(failure(`${times(199, 'n=1', ' OR ')} OR n BETWEEN 1 AND 2`).message).toContain('200');
    expect(parseFilter(`n IN (${times(1000, '1', ',')})`, testSchema).condition).toHaveProperty(
      'values.length',
      1000,
    );
    expect(failure(`n IN (${times(1001, '1', ',')})`).message).toContain('1000');
    expect(failure(`metadata${'.a'.repeat(32)} = 1`).message).toContain('32');
  });

  it('reads back what it formats, as the same filter', () => {
    fc.assert(
      fc.property(condition, (tree) => {
        const text = formatFilter({ condition: tree });
        fc.pre(text.length <= 4096);
        expect(bare(parseFilter(text, testSchema).condition)).toEqual(bare(tree));
        expect(canonical(text)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["name = 'a\u0308'", "name = 'ä'"],
    ["name NOT IN ('A\u0308', 'b')", "name NOT IN ('Ä', 'b')"],
    ["name BETWEEN 'a\u0308' AND 'o\u0308'", "name >= 'ä' AND name <= 'ö'"],
    ["name LIKE 'a\u0308%'", "name LIKE 'ä%'"],
    ["name ILIKE '\\\\a\u0308_'", "name ILIKE '\\\\ä_'"],
    ["'a\u0308' IN tags AND 'a\u0308' NOT IN aliases", "'ä' IN tags AND 'ä' NOT IN aliases"],
    ['metrics."a\u0308.b" > 1', 'metrics."ä.b" > 1'],
    ['evaluations."ns/a\u0308"."o\u0308" > 1', 'evaluations."ns/ä"."ö" > 1'],
  ])('brings what is compared with names to NFC: %s', (decomposed, composed) => {
    expect(canonical(decomposed)).toBe(canonical(composed));
    expect(canonical(composed)).toBe(canonical(composed).normalize('NFC'));
  });

  it.each([
    "title = 'a\u0308'",
    "title LIKE 'a\u0308%'",
    "metadata.a = 'a\u0308'",
    "'a\u0308' IN metadata.a",
  ])('leaves as it is what is compared with free text and metadata: %s', (text) =>
    expect(canonical(text)).toBe(text),
  );

  it('finds by decomposed text what it finds by composed text, if all of it names something', () => {
    const isFree = ({ ref }: Term) =>
      ref.kind === 'metadata' || (ref.kind === 'field' && ref.type === 'text' && ref.nfc !== true);
    fc.assert(
      fc.property(condition, (tree) => {
        const text = formatFilter({ condition: tree });
        fc.pre(text.length <= 4096 && !termsOf(tree).some(isFree));
        expect(bare(parseFilter(text.normalize('NFD'), testSchema).condition)).toEqual(bare(tree));
      }),
      { numRuns: 500 },
    );
  });

  it('throws only FilterError, with a position in the text', () => {
    const words = [
      '(',
      ')',
      'NOT',
      'AND',
      'OR',
      'IN',
      'IS',
      'NULL',
      'LIKE',
      'BETWEEN',
      'name',
      'metadata.a',
      'tags',
      'metrics.x',
      ',',
      '=',
      '<',
      "'x'",
      '"x"',
      '1',
      '-',
      '.',
      '`',
      '\\',
      'DESC',
    ];
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.array(fc.constantFrom(...words), { maxLength: 14 }).map((parts) => parts.join(' ')),
      fc.array(fc.constantFrom(...words), { maxLength: 14 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        for (const parse of [parseFilter, parseOrderBy]) {
          try {
            parse(text, testSchema);
          } catch (error) {
            if (!(error instanceof FilterError)) throw error;
            expect(error.position).toBeGreaterThanOrEqual(0);
            expect(error.position + error.length).toBeLessThanOrEqual(text.length);
          }
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('parseOrderBy', () => {
  it.each([
    ['', 'id'],
    ['metrics.val_accu DESC, createdAt', 'metrics.val_accu DESC, createdAt, id'],
    ['createdAt desc', 'createdAt DESC, id DESC'],
    ['attributes.name ASC,id DESC, n', 'name, id DESC'],
    ['metadata.`x.y` DESC', 'metadata."x.y" DESC, id DESC'],
    ['"in"', '"in", id'],
  ])('reads %j', (text, expected) => {
    expect(formatOrderBy(parseOrderBy(text, testSchema))).toBe(expected);
  });

  it.each([
    ['foo', 0, 'unknown field'],
    ['tags', 0, 'has no order'],
    ['name,', 5, 'too early'],
    ['name name', 5, 'something else'],
    ['name DESC ASC', 10, 'something else'],
    [Array(9).fill('n').join(','), 16, 'more than 8'],
  ])('refuses %j', (text, position, message) => {
    const error = failure(text, parseOrderBy);
    expect(error.message).toContain(message);
    expect(error.position).toBe(position);
  });

  it('reads back what it formats', () => {
    fc.assert(
      fc.property(orderTerms, (terms) => {
        const parsed = parseOrderBy(formatOrderBy(terms), testSchema);
        expect(bare(parseOrderBy(formatOrderBy(parsed), testSchema))).toEqual(bare(parsed));
      }),
    );
  });
});

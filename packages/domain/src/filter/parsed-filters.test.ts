import { describe, expect, it } from 'vitest';
import type { Filter } from './ast.ts';
import { parsedFilters } from './parsed-filters.ts';
import { parseFilter } from './parser.ts';
import { testSchema } from './testing/arbitraries.ts';

const otherSchema = { ...testSchema };

const filter = (): Filter => ({ condition: null });

describe('the cache of parsed filters', () => {
  it('returns the result of an equal text for the same schema only', () => {
    const cache = parsedFilters();
    const kept = cache.keep('a', testSchema, filter());
    expect(cache.get('a', testSchema)).toBe(kept);
    expect(cache.get('a', otherSchema)).toBeUndefined();
    expect(cache.get('b', testSchema)).toBeUndefined();
  });

  it('evicts the filter that was not used for the longest time, by the length of the texts', () => {
    const cache = parsedFilters(6);
    for (const text of ['aa', 'bb', 'cc']) cache.keep(text, testSchema, filter());
    cache.get('aa', testSchema);
    cache.keep('ddd', testSchema, filter());
    const has = (text: string) => cache.get(text, testSchema) !== undefined;
    expect(['aa', 'bb', 'cc', 'ddd'].map(has)).toEqual([true, false, false, true]);
  });

  it('keeps no text that is longer than the whole cache', () => {
    const cache = parsedFilters(6);
    cache.keep('aaaaaaa', testSchema, filter());
    expect(cache.get('aaaaaaa', testSchema)).toBeUndefined();
    cache.keep('aaaaaa', testSchema, filter());
    expect(cache.get('aaaaaa', testSchema)).toBeDefined();
  });
});

it('a wrong filter fails each time, with the same error', () => {
  const failure = () => {
    try {
      return parseFilter('metrics. = 1', testSchema);
    } catch (error) {
      return error;
    }
  };
  const first = failure();
  expect(first).toBeInstanceOf(Error);
  expect(failure()).toEqual(first);
});

it('an equal filter is parsed once', () => {
  const text = 'metrics.acc > 0.125 AND metadata.once = 1';
  expect(parseFilter(text, testSchema)).toBe(parseFilter(text, testSchema));
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConnectionError, ModelBoxError, TimeoutError } from './errors.ts';
import { retryAfterMs, retryDelay } from './retry.ts';
import { statusError } from './status-errors.ts';

const refused = (status: number, wait?: number, code?: string) =>
  statusError('no', {
    status,
    requestId: undefined,
    problem: code === undefined ? undefined : ({ status, code } as never),
    body: undefined,
    retryAfterMs: wait,
  });
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const failures = fc.integer({ min: 1, max: 40 });

describe('retryDelay', () => {
  test('grows with each failure, jitters over the whole range and stays below its cap', () => {
    fc.assert(
      fc.property(failures, random, (count, chance) => {
        const delay = retryDelay(new ConnectionError('x'), count, chance) ?? Number.NaN;
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThan(Math.min(8000, 250 * 2 ** (count - 1)));
      }),
    );
    expect(retryDelay(new TimeoutError('x'), 3, 0)).toBe(0);
  });

  test('waits at least as long as Retry-After says', () => {
    fc.assert(
      fc.property(failures, random, fc.integer({ min: 0, max: 60_000 }), (count, chance, wait) => {
        expect(retryDelay(refused(429, wait), count, chance)).toBeGreaterThanOrEqual(wait);
      }),
    );
    expect(retryDelay(refused(503, 60_001), 1, 0.5)).toBeUndefined();
  });

  test('tries again only what may pass', () => {
    for (const status of [429, 502, 503, 504]) expect(retryDelay(refused(status), 1, 0.5)).toBe(125);
    for (const status of [400, 404, 409, 412, 422, 500, 501]) {
      expect(retryDelay(refused(status, 1), 1, 0.5)).toBeUndefined();
    }
    expect(retryDelay(refused(503, undefined, 'storage_full'), 1, 0.5)).toBeUndefined();
    expect(retryDelay(new ModelBoxError('x'), 1, 0.5)).toBeUndefined();
  });
});

test('retryAfterMs reads seconds and dates', () => {
  const now = Date.parse('2026-01-31T12:00:00Z');
  expect(retryAfterMs('2', now)).toBe(2000);
  expect(retryAfterMs('Sat, 31 Jan 2026 12:00:05 GMT', now)).toBe(5000);
  expect(retryAfterMs('Sat, 31 Jan 2026 11:00:00 GMT', now)).toBe(0);
  expect(retryAfterMs('soon', now)).toBeUndefined();
  expect(retryAfterMs(null, now)).toBeUndefined();
});

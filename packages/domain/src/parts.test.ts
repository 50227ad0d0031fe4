import fc from 'fast-check';
import { expect, test } from 'vitest';
import { partCount, partSize, partsFault } from './parts.ts';

const plans = fc.record({
  sizeBytes: fc.nat({ max: 2 ** 31 - 1 }),
  partSizeBytes: fc.integer({ min: 1e6, max: 2 ** 30 }),
});
const all = (plan: { sizeBytes: number; partSizeBytes: number }) =>
  Array.from({ length: partCount(plan) }, (_, index) => ({
    number: index + 1,
    sizeBytes: partSize(plan, index + 1),
  }));

test('the parts of any file are the file: all of one size but the last, and none empty', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const parts = all(plan);
      expect(parts.reduce((sum, part) => sum + part.sizeBytes, 0)).toBe(plan.sizeBytes);
      expect(parts.slice(0, -1).every((part) => part.sizeBytes === plan.partSizeBytes)).toBe(true);
      expect(parts.every((part) => part.sizeBytes > 0)).toBe(true);
      expect(partsFault(plan, parts)).toBeNull();
    }),
  );
});

test('cover a file of 5 TiB, whose size exceeds 32 bits', () => {
  const plan = { sizeBytes: 5 * 2 ** 40, partSizeBytes: 600 * 2 ** 20 };
  expect(partCount(plan)).toBe(8739);
  expect(partSize(plan, 8739)).toBe(5 * 2 ** 40 - 8738 * 600 * 2 ** 20);
});

test('any part that is missing or has another size is a fault, and named', () => {
  fc.assert(
    fc.property(
      plans.filter((plan) => plan.sizeBytes > 0),
      fc.nat(),
      fc.integer({ min: -1, max: 1 }),
      (plan, at, by) => {
        const parts = all(plan);
        const index = at % parts.length;
        const part = parts[index]!;
        if (by === 0) parts.splice(index, 1);
        else parts[index] = { ...part, sizeBytes: part.sizeBytes + by };
        expect(partsFault(plan, parts)).toContain(
          by === 0
            ? `1 of ${partCount(plan)} parts are missing: ${part.number}`
            : `part ${part.number} has ${part.sizeBytes + by} bytes`,
        );
      },
    ),
  );
});

test('only the first few are named, and parts that nobody needs are no fault', () => {
  const plan = { sizeBytes: 100, partSizeBytes: 10 };
  expect(partsFault(plan, [])).toBe('10 of 10 parts are missing: 1, 2, 3, 4, 5 and more');
  expect(partsFault(plan, [...all(plan), { number: 11, sizeBytes: 3 }])).toBeNull();
  expect(partsFault({ sizeBytes: 0, partSizeBytes: 10 }, [])).toBeNull();
});

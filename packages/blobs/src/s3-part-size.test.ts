import fc from 'fast-check';
import { expect, it } from 'vitest';
import { partsAtMost } from './part-rules.ts';
import { largestBlobBytes, partBytes } from './s3-part-size.ts';

const MiB = 2 ** 20;

it('cuts any announced size into at most 10,000 parts of S3’s sizes', () => {
  const size = fc.integer({ min: 0, max: largestBlobBytes(0) });
  fc.assert(
    fc.property(size, (sizeBytes) => {
      const part = partBytes(1, sizeBytes);
      expect(part).toBeGreaterThanOrEqual(8 * MiB);
      expect(part).toBeLessThanOrEqual(32 * MiB);
      expect(Math.ceil(sizeBytes / part)).toBeLessThanOrEqual(partsAtMost);
    }),
  );
});

it('lets the parts of an unannounced size grow', () => {
  expect([1, 1000, 1001, 2001, 10_000].map((part) => partBytes(part, undefined) / MiB)).toEqual([
    8, 8, 16, 32, 32,
  ]);
  expect(largestBlobBytes(undefined)).toBe((1000 * 8 + 1000 * 16 + 8000 * 32) * MiB);
});

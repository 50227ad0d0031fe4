import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256, sha256OfEtag } from './sha256.ts';
import { portableSha256 } from './sha256-portable.ts';

test('both hashes are SHA-256, however the content is cut', () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 });
  fc.assert(
    fc.property(chunks, (content) => {
      const expected = createHash('sha256').update(Buffer.concat(content)).digest('hex');
      for (const hash of [sha256(), portableSha256()]) {
        for (const chunk of content) hash.update(chunk);
        expect(hash.hex()).toBe(expected);
      }
    }),
  );
});

test('every length around the end of a block is padded well', () => {
  for (let length = 0; length <= 200; length += 1) {
    const content = new Uint8Array(length).fill(length);
    const hash = portableSha256();
    hash.update(content);
    expect(hash.hex()).toBe(createHash('sha256').update(content).digest('hex'));
  }
});

test('an ETag is a hash only where it looks like one', () => {
  const hex = 'a'.repeat(64);
  expect(sha256OfEtag(`"${hex}"`)).toBe(hex);
  expect(sha256OfEtag(`W/"${hex}"`)).toBe(hex);
  expect(sha256OfEtag('"7"')).toBeUndefined();
  expect(sha256OfEtag(null)).toBeUndefined();
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteranges } from './byteranges.ts';

describe('byteranges', () => {
  it('frames each range with its type and position', () => {
    const framed = byteranges(
      [
        { start: 5, end: 6 },
        { start: 0, end: 1 },
      ],
      { sizeBytes: 10, type: 'text/plain' },
      'xyz',
    );
    const text = framed.parts.map(
      ({ head, range }) => `${head}${'0123456789'.slice(range.start, range.end + 1)}`,
    );
    expect(`${text.join('')}${framed.tail}`).toBe(
      '--xyz\r\nContent-Type: text/plain\r\nContent-Range: bytes 5-6/10\r\n\r\n56\r\n' +
        '--xyz\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/10\r\n\r\n01\r\n--xyz--\r\n',
    );
    expect(framed.headers).toEqual({
      'content-type': 'multipart/byteranges; boundary=xyz',
      'content-length': String(text.join('').length + framed.tail.length),
    });
  });

  it('announces its exact length for any ranges', () => {
    const range = fc.tuple(fc.nat(), fc.nat()).map(([start, more]) => ({ start, end: start + more }));
    fc.assert(
      fc.property(fc.array(range, { minLength: 2 }), fc.maxSafeNat(), (ranges, sizeBytes) => {
        const { headers, parts, tail } = byteranges(ranges, { sizeBytes, type: 'a/b' }, 'b');
        const length = parts.reduce(
          (sum, { head, range: { start, end } }) => sum + head.length + end - start + 1,
          0,
        );
        expect(headers['content-length']).toBe(`${length + tail.length}`);
      }),
    );
  });
});

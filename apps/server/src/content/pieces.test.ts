import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, made, type Piece, sizeOf } from './pieces.ts';

/** Stored pieces contain letters and generated ones digits, which shows where each byte came from. */
const STORE = Buffer.from('abcdefghijklmnopqrstuvwxyz');
const stored = (start: number, end: number): Piece => ({
  sizeBytes: end - start + 1,
  blob: { key: 'alphabet', sizeBytes: STORE.length },
  ...(end - start + 1 === STORE.length ? { sha256: 'of the whole' } : { range: { start, end } }),
});

function textOf(pieces: Iterable<Piece>): string {
  let text = '';
  for (const piece of pieces) {
    const { start, end } =
      'make' in piece ? { start: 0, end: 0 } : (piece.range ?? { start: 0, end: STORE.length - 1 });
    const bytes = 'make' in piece ? Buffer.from(piece.make()) : STORE.subarray(start, end + 1);
    expect(bytes.length).toBe(piece.sizeBytes);
    text += bytes.toString();
  }
  return text;
}

const piece = fc.oneof(
  fc.string({ unit: fc.constantFrom('0', '1', '2') }).map((text) => made(Buffer.from(text))),
  fc.tuple(fc.nat(25), fc.nat(25)).map(([a, b]) => stored(Math.min(a, b), Math.max(a, b))),
);

describe('cut', () => {
  it('gives the same bytes as a slice of the whole', () => {
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1 }), fc.nat(), fc.nat(), (pieces, a, b) => {
        const whole = textOf(pieces);
        expect(sizeOf(pieces)).toBe(whole.length);
        fc.pre(whole.length > 0);
        const [start = 0, end = 0] = [a % whole.length, b % whole.length].sort((x, y) => x - y);
        const part = [...cut(pieces, { start, end })];
        expect(textOf(part)).toBe(whole.slice(start, end + 1));
        expect(sizeOf(part)).toBe(end - start + 1);
        const again = [...cut(part, { start: 0, end: end - start })];
        expect(textOf(again)).toBe(whole.slice(start, end + 1));
      }),
    );
  });

  it('keeps complete pieces with their hash, and cuts pieces without one', () => {
    const pieces = [made(Buffer.from('01')), stored(0, 25), made(Buffer.from('2'))];
    const [, whole] = cut(pieces, { start: 1, end: 28 });
    expect(whole).toBe(pieces[1]);
    const [part] = cut(pieces, { start: 3, end: 28 });
    expect(part).toEqual({
      sizeBytes: 25,
      blob: { key: 'alphabet', sizeBytes: 26 },
      range: { start: 1, end: 25 },
    });
  });

  it('generates no bytes outside of the range', () => {
    const never: Piece = { sizeBytes: 5, make: () => expect.unreachable() };
    expect(textOf(cut([never, made(Buffer.from('01')), never], { start: 5, end: 6 }))).toBe('01');
  });
});

/** A run of a pattern between two `%`. */
interface Segment {
  /** Null for `_`. */
  readonly points: readonly (number | null)[];
  /** The text to find; undefined if `_` is part of the run. */
  readonly literal: string | undefined;
  /** The longest part without `_`. A text that lacks it cannot match. */
  readonly part: string;
}

/** Whether a pattern ends in an escape without a character, which Postgres rejects. */
export function endsInLoneEscape(pattern: string): boolean {
  let escaped = false;
  for (const character of pattern) escaped = !escaped && character === '\\';
  return escaped;
}

/**
 * SQL LIKE: `%` matches any text, `_` one code point, and a backslash escapes the next character. Each run between
 * two `%` matches at its first occurrence. The engine searches plain runs; a run with `_` takes one step for 32 of
 * its positions.
 */
export function matchLike(text: string, pattern: string): boolean {
  const segments = segmentsOf(pattern);
  if (segments.every(({ literal }) => literal !== undefined))
    return matchTexts(text, segments as readonly { literal: string }[]);
  return segments.every(({ part }) => text.includes(part)) && matchPoints(codePoints(text), segments);
}

function segmentsOf(pattern: string): Segment[] {
  const segments: Segment[] = [];
  let points: (number | null)[] = [];
  const end = () => {
    const isPlain = points.every((point) => point !== null);
    const parts = textOf(points).split(HOLE);
    const part = parts.reduce((longest, each) => (each.length > longest.length ? each : longest), '');
    segments.push({ points, literal: isPlain ? part : undefined, part });
    points = [];
  };
  let escaped = false;
  for (const character of pattern) {
    if (!escaped && character === '\\') {
      escaped = true;
      continue;
    }
    if (!escaped && character === '%') end();
    else points.push(!escaped && character === '_' ? null : (character.codePointAt(0) as number));
    escaped = false;
  }
  end();
  return segments;
}

/** Replaces `_`. Postgres cannot store a text with this character. */
const HOLE = '\0';

const textOf = (points: readonly (number | null)[]): string =>
  points.map((point) => (point === null ? HOLE : String.fromCodePoint(point))).join('');

function matchTexts(text: string, segments: readonly { readonly literal: string }[]): boolean {
  const first = segments[0]?.literal ?? '';
  if (segments.length === 1) return text === first;
  const last = segments.at(-1)?.literal ?? '';
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  const end = text.length - last.length;
  let from = first.length;
  for (const { literal } of segments.slice(1, -1)) {
    const found = text.indexOf(literal, from);
    if (found < 0 || found + literal.length > end) return false;
    from = found + literal.length;
  }
  return true;
}

/** Caches the code points of the last text, because a filter often tests one text many times. */
let recent: { readonly text: string; readonly points: Uint32Array } = { text: '', points: new Uint32Array() };

function codePoints(text: string): Uint32Array {
  if (recent.text !== text) recent = { text, points: toPoints(text) };
  return recent.points;
}

function toPoints(text: string): Uint32Array {
  const points = new Uint32Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const point = text.codePointAt(at) as number;
    points[length++] = point;
    if (point > 0xffff) at++;
  }
  return points.subarray(0, length);
}

function matchPoints(have: Uint32Array, segments: readonly Segment[]): boolean {
  const first = segments[0]?.points ?? [];
  if (segments.length === 1) return have.length === first.length && isAt(have, 0, first);
  const last = segments.at(-1)?.points ?? [];
  const end = have.length - last.length;
  if (end < first.length || !isAt(have, 0, first) || !isAt(have, end, last)) return false;
  let from = first.length;
  for (const { points } of segments.slice(1, -1)) {
    const after = endOfFirst(have, from, end, points);
    if (after === undefined) return false;
    from = after;
  }
  return true;
}

const isAt = (have: Uint32Array, at: number, points: readonly (number | null)[]): boolean =>
  points.every((point, index) => point === null || have[at + index] === point);

/**
 * Finds the end of the first match of a run by the Shift-And algorithm (Baeza-Yates and Gonnet, 1992). Bit `n` of the
 * state says whether the last `n + 1` code points are the first ones of the run.
 */
function endOfFirst(
  have: Uint32Array,
  from: number,
  end: number,
  points: readonly (number | null)[],
): number | undefined {
  if (points.length === 0) return from;
  const words = Math.ceil(points.length / 32);
  const any = new Int32Array(words);
  const masks = new Map<number, Int32Array>();
  const set = (mask: Int32Array, index: number) => {
    mask[index >>> 5] = (mask[index >>> 5] as number) | (1 << (index & 31));
  };
  for (const [index, point] of points.entries()) if (point === null) set(any, index);
  for (const [index, point] of points.entries()) {
    if (point === null) continue;
    const mask = masks.get(point) ?? any.slice();
    masks.set(point, mask);
    set(mask, index);
  }
  const state = new Int32Array(words);
  const wanted = 1 << ((points.length - 1) & 31);
  for (let at = from; at < end; at++) {
    const mask = masks.get(have[at] as number) ?? any;
    let carry = 1;
    for (let word = 0; word < words; word++) {
      const bits = state[word] as number;
      state[word] = ((bits << 1) | carry) & (mask[word] as number);
      carry = bits >>> 31;
    }
    if (((state[words - 1] as number) & wanted) !== 0) return at + 1;
  }
  return undefined;
}

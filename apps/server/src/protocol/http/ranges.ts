/** The parts of stored content that a request asks for, by RFC 9110, section 14. Pure. */

/** Both ends count, from 0. */
export interface SelectedRange {
  readonly start: number;
  readonly end: number;
}

/** What a `Range` header asks for, seen against a size. */
export type RangeRequest =
  | { readonly kind: 'whole' }
  /** At least one; no two overlap or touch. In the order in which the header first mentions them. */
  | { readonly kind: 'parts'; readonly ranges: readonly SelectedRange[] }
  | { readonly kind: 'unsatisfiable' };

/** Ranges in one header at most: each part costs its sender a line and us a reading. */
export const RANGES_MAX = 32;

const whole: RangeRequest = { kind: 'whole' };

/**
 * Reads `Range`. What is malformed, has another unit, or names too many ranges is answered by the whole content, which
 * the RFC allows at any time. Ranges outside the content are left out; those that overlap or touch become one.
 * @param sizeBytes Of the whole content.
 */
export function parseRange(header: string | undefined, sizeBytes: number): RangeRequest {
  const set = /^bytes=(.*)$/is.exec(header ?? '')?.[1];
  if (set === undefined) return whole;
  // Empty elements of a list are to be ignored (section 5.6.1.2).
  const specs = set
    .split(',')
    .map((spec) => spec.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((spec) => spec !== '');
  if (specs.length === 0 || specs.length > RANGES_MAX) return whole;
  const selected: SelectedRange[] = [];
  for (const spec of specs) {
    const range = selectedBy(spec, sizeBytes);
    if (range === undefined) return whole;
    if (range !== 'outside') selected.push(range);
  }
  return selected.length === 0 ? { kind: 'unsatisfiable' } : { kind: 'parts', ranges: mergeRanges(selected) };
}

/** Undefined where the spec is not one, so that the whole header counts as none. */
function selectedBy(spec: string, sizeBytes: number): SelectedRange | 'outside' | undefined {
  const [, first = '', last = ''] = /^(\d*)-(\d*)$/.exec(spec) ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') return suffix(Number(last), sizeBytes);
  const start = Number(first);
  const end = last === '' ? Number.POSITIVE_INFINITY : Number(last);
  if (end < start) return undefined;
  return start >= sizeBytes ? 'outside' : { start, end: Math.min(end, sizeBytes - 1) };
}

function suffix(length: number, sizeBytes: number): SelectedRange | 'outside' | undefined {
  if (length === 0) return 'outside';
  // Of nothing, the last bytes are all of it: satisfiable, but no Content-Range could say so.
  if (sizeBytes === 0) return undefined;
  return { start: Math.max(0, sizeBytes - length), end: sizeBytes - 1 };
}

function mergeRanges(ranges: readonly SelectedRange[]): SelectedRange[] {
  const merged: { start: number; end: number; first: number }[] = [];
  const placed = ranges.map((range, first) => ({ ...range, first }));
  for (const range of placed.sort((a, b) => a.start - b.start)) {
    const before = merged.at(-1);
    if (before === undefined || range.start > before.end + 1) {
      merged.push(range);
    } else {
      before.end = Math.max(before.end, range.end);
      before.first = Math.min(before.first, range.first);
    }
  }
  return merged.sort((a, b) => a.first - b.first).map(({ start, end }) => ({ start, end }));
}

/** Ranges of stored content that a request asks for (RFC 9110, section 14). Pure. */

/** Both ends are inclusive, from 0. */
export interface SelectedRange {
  readonly start: number;
  readonly end: number;
}

/** The meaning of a `Range` header for content of a known size. */
export type RangeRequest =
  | { readonly kind: 'whole' }
  /**
   * At least one range. Ranges neither overlap nor touch, and keep the order in which the header first mentions them.
   */
  | { readonly kind: 'parts'; readonly ranges: readonly SelectedRange[] }
  | { readonly kind: 'unsatisfiable' };

/** Most ranges in one header: each one costs a header in the answer and a read of the store. */
export const RANGES_MAX = 32;

const whole: RangeRequest = { kind: 'whole' };

/**
 * Parses `Range`. The whole content answers a malformed header, another unit or too many ranges, which the RFC always
 * allows. Omits ranges outside the content, and merges those that overlap or touch.
 * @param sizeBytes size of the whole content.
 */
export function parseRange(header: string | undefined, sizeBytes: number): RangeRequest {
  const set = /^bytes=(.*)$/is.exec(header ?? '')?.[1];
  if (set === undefined) return whole;
  // Empty elements of a list are ignored (section 5.6.1.2).
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

/** Undefined if the spec is malformed; then the whole header is ignored. */
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
  // A suffix range of an empty file selects all of it, but no Content-Range can express that.
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

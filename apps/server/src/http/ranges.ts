/** Serving stored bytes by RFC 9110: ranges (section 14) and the conditions that go with them (section 13). Pure. */

/** Both ends count, from 0. */
export interface SelectedRange {
  readonly start: number;
  readonly end: number;
}

/** What a `Range` header asks for, seen against a size. */
export type RangeRequest =
  | { readonly kind: 'whole' }
  | ({ readonly kind: 'part' } & SelectedRange)
  | { readonly kind: 'unsatisfiable' };

const whole: RangeRequest = { kind: 'whole' };

/**
 * Reads `Range`. What is malformed, has another unit, or names several ranges is answered by the whole content,
 * which the RFC allows at any time.
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
  const [, first, last] = (specs.length === 1 && /^(\d*)-(\d*)$/.exec(specs[0] ?? '')) || [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return whole;
  return first === '' ? suffix(Number(last), sizeBytes) : interval(first, last, sizeBytes);
}

function suffix(length: number, sizeBytes: number): RangeRequest {
  if (length === 0) return { kind: 'unsatisfiable' };
  // Of nothing, the last bytes are all of it: satisfiable, but no Content-Range could say so.
  if (sizeBytes === 0) return whole;
  return { kind: 'part', start: Math.max(0, sizeBytes - length), end: sizeBytes - 1 };
}

function interval(first: string, last: string, sizeBytes: number): RangeRequest {
  const start = Number(first);
  const end = last === '' ? Number.POSITIVE_INFINITY : Number(last);
  if (end < start) return whole;
  if (start >= sizeBytes) return { kind: 'unsatisfiable' };
  return { kind: 'part', start, end: Math.min(end, sizeBytes - 1) };
}

/**
 * Whether `If-None-Match` names the entity tag that the content has: the answer is then 304. Compares weakly
 * (section 13.1.2). A malformed header matches nothing.
 * @param etag In quotes.
 */
export function matchesIfNoneMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  // A tag may hold a comma, so that the list cannot be split; each step takes one tag or one separator.
  const step = /(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")[ \t]*(?=,|$)|[, \t]+/y;
  let matches = false;
  while (step.lastIndex < header.length) {
    const token = step.exec(header);
    if (!token) return false;
    if (token[1] === withoutWeakness(etag)) matches = true;
  }
  return matches;
}

const withoutWeakness = (etag: string): string => etag.replace(/^W\//, '');

/**
 * Whether a range may be served under `If-Range`: when there is none, or it is this very entity tag, both strong
 * (section 13.1.5). A date never holds: it is no strong validator of ours.
 */
const ifRangeHolds = (header: string | undefined, etag: string): boolean =>
  header === undefined || (header.trim() === etag && !etag.startsWith('W/'));

/** The request's headers that matter, as Node names them. */
export interface ContentRequest {
  readonly method: 'GET' | 'HEAD';
  readonly headers: {
    readonly range?: string | undefined;
    readonly 'if-range'?: string | undefined;
    readonly 'if-none-match'?: string | undefined;
  };
}

export interface ContentAnswer {
  readonly status: 200 | 206 | 304 | 416;
  readonly headers: Readonly<Record<string, string>>;
  /** Only of a 206: what to read. A 200 has the whole; a 304, a 416 and any answer to HEAD have no content. */
  readonly range?: SelectedRange;
}

/**
 * Status, headers and range with which to answer a request for stored content. `Range` counts for GET only, and
 * only after `If-None-Match` (section 13.2.2). Content type and disposition are for the caller to add.
 * @param content.etag A strong entity tag, in quotes.
 */
export function answerContent(
  { method, headers }: ContentRequest,
  { etag, sizeBytes }: { readonly etag: string; readonly sizeBytes: number },
): ContentAnswer {
  const always = { etag, 'accept-ranges': 'bytes' };
  if (matchesIfNoneMatch(headers['if-none-match'], etag)) return { status: 304, headers: always };
  const mayBePart = method === 'GET' && ifRangeHolds(headers['if-range'], etag);
  const asked = mayBePart ? parseRange(headers.range, sizeBytes) : whole;
  if (asked.kind === 'unsatisfiable') {
    return { status: 416, headers: { 'accept-ranges': 'bytes', 'content-range': `bytes */${sizeBytes}` } };
  }
  if (asked.kind === 'whole')
    return { status: 200, headers: { ...always, 'content-length': `${sizeBytes}` } };
  const { start, end } = asked;
  const contentRange = `bytes ${start}-${end}/${sizeBytes}`;
  return {
    status: 206,
    headers: { ...always, 'content-length': `${end - start + 1}`, 'content-range': contentRange },
    range: { start, end },
  };
}

import { ifMatchPasses, ifRangePasses, matchesIfNoneMatch } from './conditions.ts';
import { parseRange, type RangeRequest, type SelectedRange } from './ranges.ts';

export interface ContentRequest {
  readonly method: 'GET' | 'HEAD';
  readonly headers: {
    readonly range?: string | undefined;
    readonly 'if-match'?: string | undefined;
    readonly 'if-none-match'?: string | undefined;
    readonly 'if-range'?: string | undefined;
  };
}

export interface ContentAnswer {
  readonly status: 200 | 206 | 304 | 412 | 416;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * The ranges to send with a 206. If there are several, `byteranges` adds type and length. A 200 sends the whole
   * content. Other answers, and answers to HEAD, have no content.
   */
  readonly ranges?: readonly SelectedRange[];
}

/**
 * Decides how to answer a request for stored content (RFC 9110, sections 13 and 14). `Range` applies to GET only, after
 * the conditions (section 13.2.2). Pure.
 * @param content.etag strong entity tag, in quotes.
 * @param content.hasRanges false if the content can only be sent from start to end. Default true.
 */
export function answerContent(
  { method, headers }: ContentRequest,
  {
    etag,
    sizeBytes,
    hasRanges = true,
  }: { readonly etag: string; readonly sizeBytes: number; readonly hasRanges?: boolean },
): ContentAnswer {
  const acceptRanges = { 'accept-ranges': hasRanges ? 'bytes' : 'none' };
  const always = { etag, ...acceptRanges };
  if (!ifMatchPasses(headers['if-match'], etag)) return { status: 412, headers: always };
  if (matchesIfNoneMatch(headers['if-none-match'], etag)) return { status: 304, headers: always };
  const mayBePart = method === 'GET' && hasRanges && ifRangePasses(headers['if-range'], etag);
  const asked: RangeRequest = mayBePart ? parseRange(headers.range, sizeBytes) : { kind: 'whole' };
  if (asked.kind === 'unsatisfiable')
    return { status: 416, headers: { ...acceptRanges, 'content-range': `bytes */${sizeBytes}` } };
  if (asked.kind === 'whole')
    return { status: 200, headers: { ...always, 'content-length': `${sizeBytes}` } };
  const { ranges } = asked;
  const [range, ...more] = ranges;
  if (range === undefined || more.length > 0) return { status: 206, headers: always, ranges };
  const { start, end } = range;
  const single = {
    'content-length': `${end - start + 1}`,
    'content-range': `bytes ${start}-${end}/${sizeBytes}`,
  };
  return { status: 206, headers: { ...always, ...single }, ranges };
}

/** The bytes of a file that an answer carries: from `start`, up to but without `end`. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

/** What a 200 or 206 carries; undefined where it does not tell, or something between changed the encoding. */
export function extentOf({ status, headers }: Response): Extent | undefined {
  if (headers.has('content-encoding')) return undefined;
  if (status === 206) {
    const [, first, last] = /^bytes (\d+)-(\d+)\//.exec(headers.get('content-range') ?? '') ?? [];
    return first === undefined ? undefined : { start: Number(first), end: Number(last) + 1 };
  }
  const length = headers.get('content-length');
  return length === null ? undefined : { start: 0, end: Number(length) };
}

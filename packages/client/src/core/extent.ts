/** The range of a file in an answer: from `start`, up to but without `end`. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

/** Reads the range of a 200 or 206. Undefined if the answer does not state it, or a proxy changed the encoding. */
export function extentOf({ status, headers }: Response): Extent | undefined {
  if (headers.has('content-encoding')) return undefined;
  if (status === 206) {
    const [, first, last] = /^bytes (\d+)-(\d+)\//.exec(headers.get('content-range') ?? '') ?? [];
    return first === undefined ? undefined : { start: Number(first), end: Number(last) + 1 };
  }
  const length = headers.get('content-length');
  return length === null ? undefined : { start: 0, end: Number(length) };
}

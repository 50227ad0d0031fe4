/**
 * What is wrong with a filter or an order, and where.
 * `position` and `length` count UTF-16 code units from 0 in the text given; at the end of the text the
 * length is 0. `expected` names what could have stood there, for a person to read; it may be empty.
 */
export class FilterError extends Error {
  readonly position: number;
  readonly length: number;
  readonly expected: readonly string[];

  constructor(message: string, span: { position: number; length: number }, expected: readonly string[] = []) {
    super(message);
    this.name = 'FilterError';
    this.position = span.position;
    this.length = span.length;
    this.expected = expected;
  }
}

/** A page cursor whose values do not fit the order it is used with: forged, or of another order. */
export class CursorError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CursorError';
  }
}

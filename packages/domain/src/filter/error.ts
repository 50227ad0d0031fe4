/**
 * An error in a filter or an order. `position` and `length` are a range of the text in UTF-16 code units from 0; at
 * the end of the text, the length is 0. `expected` lists what the text could contain there, for people; it may be
 * empty.
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

/** A page cursor that does not fit the order, because it was forged or made for another order. */
export class CursorError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CursorError';
  }
}

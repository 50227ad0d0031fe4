import { invalidField } from '../http/problem.ts';

/** A cursor holds where a page ended: opaque text to its reader, base64url of JSON to us. Not secret, not trusted. */
export const encodeCursor = (value: unknown): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url');

/** What `encodeCursor` was given. Its form is the caller's to check. */
export function decodeCursor(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    throw badCursor();
  }
}

export const badCursor = () =>
  invalidField(
    'query',
    '/cursor',
    'must be the `nextCursor` of a page of this list with the same filter and order',
  );

/** For lists that go on after one text or number. */
export function cursorAfter<T extends 'string' | 'number'>(text: string | undefined, type: T) {
  type Value = T extends 'string' ? string : number;
  if (text === undefined) return undefined;
  const value = decodeCursor(text);
  if (
    typeof value !== type ||
    (typeof value === 'string' && !isStorable(value)) ||
    (typeof value === 'number' && !Number.isSafeInteger(value))
  ) {
    throw badCursor();
  }
  return value as Value;
}

/** Whether Postgres can take the text. */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

/** A page out of one row more than was asked for. */
export function pageOf<Row, Item>(
  rows: Row[],
  limit: number,
  toItem: (row: Row) => Item,
  cursorOf: (row: Row) => unknown,
) {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toItem),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(cursorOf(last)) : null,
  };
}

import { isUuid } from '@modelbox/domain';
import { invalidField } from '../../protocol/problem.ts';

/** Encodes the position where a page ended, as base64url of JSON. A cursor is opaque to clients, and not trusted. */
export const encodeCursor = (value: unknown): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url');

/** Returns the value that was encoded. The caller must check its form. */
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

/** Decodes the cursor of a list that continues after one text or number. */
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

export function idAfter(text: string | undefined): string | undefined {
  const id = cursorAfter(text, 'string');
  if (id !== undefined && !isUuid(id)) throw badCursor();
  return id;
}

/** Whether Postgres can store the text. */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

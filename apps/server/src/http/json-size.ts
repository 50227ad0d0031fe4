import { JSON_MAX_VALUES } from '@modelbox/schema';
import { invalidField } from './problem.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const ARRAY = 0x5b;
const OBJECT = 0x7b;

/**
 * Refuses a JSON body of more than `JSON_MAX_VALUES` values before it is parsed: parsing and checking millions of small
 * values would hold up everybody else for seconds. What is no JSON is left for the parser to refuse.
 * @throws HttpProblem invalid: 422
 */
export function demandFewValues(bytes: Buffer): void {
  // Each takes a byte and a separator.
  if (bytes.length <= 2 * JSON_MAX_VALUES || signs(bytes) < JSON_MAX_VALUES) return;
  if (separators(bytes) >= JSON_MAX_VALUES)
    throw invalidField('body', '', `must not have more than ${JSON_MAX_VALUES} values, all together`);
}

/** Separators and all that looks like one: fast, and of most bodies enough. */
function signs(bytes: Buffer): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === COMMA || byte === ARRAY || byte === OBJECT) count++;
  }
  return count;
}

/** Commas and opening brackets outside of texts: every value but the outermost follows one. */
function separators(bytes: Buffer): number {
  let count = 0;
  let isText = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (isText && byte === BACKSLASH) at++;
    else if (byte === QUOTE) isText = !isText;
    else if (!isText && (byte === COMMA || byte === ARRAY || byte === OBJECT)) count++;
  }
  return count;
}

/** Bytes of a value as JSON in UTF-8; of undefined none. */
export const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '');

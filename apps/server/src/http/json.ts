import { isUtf8 } from 'node:buffer';
import { JSON_MAX_DEPTH } from '@modelbox/schema';
import sjson from 'secure-json-parse';
import { demandFewValues } from '../protocol/json-size.ts';
import { HttpProblem, invalidField, pointerOf } from '../protocol/problem.ts';

/**
 * A JSON body from its bytes. Refused as malformed (400): what is not UTF-8 or JSON, and the keys `__proto__` and
 * `constructor.prototype`. Refused as invalid (422): NUL and lone surrogates in text (Postgres has neither), numbers
 * that a double cannot hold, nesting deeper than `JSON_MAX_DEPTH`, more values than `JSON_MAX_VALUES` and objects
 * with more than `JSON_MAX_MEMBERS` (both counted before anything is parsed).
 */
export function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new HttpProblem('malformed', 'The body is not valid UTF-8.');
  demandFewValues(bytes);
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = sjson.parse(text, undefined, { protoAction: 'error', constructorAction: 'error' });
  } catch (error) {
    throw new HttpProblem('malformed', `The body is not valid JSON: ${(error as Error).message}`);
  }
  // NUL and lone surrogates can stand in JSON only as escapes: without any, no string needs a look.
  const walk: Walk = { path: [], hasEscapes: text.includes('\\u'), unsafe: [] };
  check(value, walk);
  if (walk.unsafe.length > 0) checkIntegers(text, walk.unsafe);
  return value;
}

/** Where a check is, and what it has found on its way. */
interface Walk {
  readonly path: PropertyKey[];
  readonly hasEscapes: boolean;
  /** Pointers of integers that a double may have changed, in the order in which they stand. */
  readonly unsafe: string[];
}

function check(value: unknown, walk: Walk): void {
  if (typeof value === 'string') {
    if (walk.hasEscapes) checkText(value, walk.path);
  } else if (typeof value === 'number') checkNumber(value, walk);
  else if (typeof value === 'object' && value !== null) checkMembers(value, walk);
}

function checkMembers(value: object, walk: Walk): void {
  const { path, hasEscapes } = walk;
  if (path.length >= JSON_MAX_DEPTH)
    throw refused(path, `must not be nested deeper than ${JSON_MAX_DEPTH} levels`);
  const members = Array.isArray(value) ? value.entries() : Object.entries(value);
  for (const [key, item] of members) {
    path.push(key);
    if (hasEscapes && typeof key === 'string') checkText(key, path);
    check(item, walk);
    path.pop();
  }
}

function checkNumber(value: number, { path, unsafe }: Walk): void {
  if (!Number.isFinite(value)) throw refused(path, 'must be a number within the range of a double');
  if (isUnsafeInteger(value)) unsafe.push(pointerOf(path));
}

function checkText(value: string, path: readonly PropertyKey[]): void {
  if (value.includes('\0')) throw refused(path, 'must not contain NUL (U+0000)');
  if (!value.isWellFormed()) throw refused(path, 'must not contain a lone surrogate');
}

const refused = (path: readonly PropertyKey[], message: string): HttpProblem =>
  invalidField('body', pointerOf(path), message);

const isUnsafeInteger = (value: number): boolean => Number.isInteger(value) && !Number.isSafeInteger(value);

/**
 * An integer that a double cannot hold would come back as another one: better refused than changed in silence.
 * `pointers` are those of the unsafe integers in the order in which they stand, which is that of the reviver.
 */
function checkIntegers(text: string, pointers: readonly string[]): void {
  let seen = 0;
  const reviver = (_key: string, value: unknown, context: { source?: string }): unknown => {
    if (typeof value === 'number' && isUnsafeInteger(value)) {
      const pointer = pointers[seen++] ?? '';
      const source = context.source ?? '';
      // It is answered in the digits that JavaScript writes for a double: other ones are another integer to a reader.
      const isKept = source === String(value) || !/^-?\d+$/.test(source);
      if (!isKept) {
        throw invalidField(
          'body',
          pointer,
          'is an integer that a double cannot hold exactly; send it as a string',
        );
      }
    }
    return value;
  };
  JSON.parse(text, reviver as (key: string, value: unknown) => unknown);
}

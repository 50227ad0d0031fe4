import { isUtf8 } from 'node:buffer';
import { JSON_MAX_DEPTH } from '@modelbox/schema';
import sjson from 'secure-json-parse';
import { refused, tooDeep } from '../protocol/json-size.ts';
import { HttpProblem, invalidField, pointerOf } from '../protocol/problem.ts';

/**
 * Parses a JSON body. Refuses with 400: bytes that are not UTF-8 or JSON, and the keys `__proto__` and
 * `constructor.prototype`. Refuses with 422: NUL and lone surrogates (Postgres stores neither), numbers beyond a
 * double, and bodies deeper than `JSON_MAX_DEPTH`. `sizeCheck` checks the other bounds while the body arrives.
 */
export function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new HttpProblem('malformed', 'The body is not valid UTF-8.');
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = sjson.parse(text, undefined, { protoAction: 'error', constructorAction: 'error' });
  } catch (error) {
    throw new HttpProblem('malformed', `The body is not valid JSON: ${(error as Error).message}`);
  }
  // JSON can express NUL and lone surrogates only by escapes. Without escapes, no string needs a check.
  const walk: Walk = { path: [], hasEscapes: text.includes('\\u'), unsafe: [] };
  check(value, walk);
  if (walk.unsafe.length > 0) checkIntegers(text, walk.unsafe);
  return value;
}

interface Walk {
  readonly path: PropertyKey[];
  readonly hasEscapes: boolean;
  /** Pointers of integers that a double may have changed, in document order. */
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
  if (path.length >= JSON_MAX_DEPTH) throw refused(path, tooDeep);
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

const isUnsafeInteger = (value: number): boolean => Number.isInteger(value) && !Number.isSafeInteger(value);

/**
 * Refuses an integer that a double would silently change. `pointers` lists the unsafe integers in document order, which
 * is the order of the reviver.
 */
function checkIntegers(text: string, pointers: readonly string[]): void {
  let seen = 0;
  const reviver = (_key: string, value: unknown, context: { source?: string }): unknown => {
    if (typeof value === 'number' && isUnsafeInteger(value)) {
      const pointer = pointers[seen++] ?? '';
      const source = context.source ?? '';
      // Answers print a double with the digits that JavaScript writes. Other digits would read as another integer.
      const isKept = source === String(value) || !/^-?\d+$/.test(source);
      if (!isKept) {
        throw invalidField(
          'body',
          pointer,
          'is an integer that a double cannot represent exactly; send it as a string',
        );
      }
    }
    return value;
  };
  JSON.parse(text, reviver as (key: string, value: unknown) => unknown);
}

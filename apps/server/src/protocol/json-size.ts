import { JSON_MAX_DEPTH, JSON_MAX_MEMBERS, JSON_MAX_VALUES } from '@modelbox/schema';
import { invalidField, pointerOf } from './problem.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const ARRAY = 0x5b;
const ARRAY_END = 0x5d;
const OBJECT = 0x7b;
const OBJECT_END = 0x7d;

/** Bytes of the shortest object with too many members: each member has two quotes, a colon, a value and a comma. */
const LEAST = 5 * JSON_MAX_MEMBERS;

/**
 * Refuses a JSON body with more than `JSON_MAX_VALUES` values, or with an object of more than `JSON_MAX_MEMBERS`. Runs
 * before the parser, because parsing and validating such a body would block all other requests. Ignores malformed JSON,
 * which the parser refuses.
 * @throws HttpProblem invalid: 422
 */
export function demandFewValues(bytes: Buffer): void {
  if (bytes.length <= LEAST || signs(bytes) < JSON_MAX_MEMBERS) return;
  const { separators, wide } = scan(bytes);
  if (separators >= JSON_MAX_VALUES)
    throw invalidField('body', '', `must not have more than ${JSON_MAX_VALUES} values in total`);
  if (wide)
    throw invalidField('body', pointerOf(wide), `must not have more than ${JSON_MAX_MEMBERS} members`);
}

/** Counts separators, including those inside strings. This is fast, and most bodies need no exact scan. */
function signs(bytes: Buffer): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === COMMA || byte === ARRAY || byte === OBJECT) count++;
  }
  return count;
}

interface Level {
  readonly isObject: boolean;
  commas: number;
  /** Byte offsets of the key of the current member; unused in an array. */
  keyStart: number;
  keyEnd: number;
}

interface Scan {
  /** The open arrays and objects, up to the allowed depth. */
  readonly levels: Level[];
  depth: number;
  isKey: boolean;
  /** Commas and opening brackets outside of strings: every value but the outermost follows one. */
  separators: number;
  wide: PropertyKey[] | undefined;
}

function scan(bytes: Buffer): Scan {
  const state: Scan = { levels: [], depth: 0, isKey: false, separators: 0, wide: undefined };
  for (let at = 0; at < bytes.length && state.separators < JSON_MAX_VALUES; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) at = passText(bytes, at, state);
    else if (byte === COMMA) passComma(bytes, state);
    else if (byte === ARRAY || byte === OBJECT) enterLevel(state, byte === OBJECT);
    else if (byte === ARRAY_END || byte === OBJECT_END) {
      state.depth--;
      state.isKey = false;
    }
  }
  return state;
}

function passText(bytes: Buffer, start: number, state: Scan): number {
  const end = textEnd(bytes, start);
  const level = state.isKey ? state.levels[state.depth - 1] : undefined;
  if (level) {
    level.keyStart = start;
    level.keyEnd = end + 1;
    state.isKey = false;
  }
  return end;
}

function passComma(bytes: Buffer, state: Scan): void {
  state.separators++;
  // Deeper levels are refused for their depth.
  const level = state.depth <= JSON_MAX_DEPTH ? state.levels[state.depth - 1] : undefined;
  if (level === undefined) return;
  level.commas++;
  state.isKey = level.isObject;
  if (level.isObject && level.commas >= JSON_MAX_MEMBERS)
    state.wide ??= pathOf(bytes, state.levels.slice(0, state.depth - 1));
}

function enterLevel(state: Scan, isObject: boolean): void {
  state.separators++;
  state.depth++;
  state.isKey = isObject;
  if (state.depth <= JSON_MAX_DEPTH)
    state.levels[state.depth - 1] = { isObject, commas: 0, keyStart: 0, keyEnd: 0 };
}

/** Returns the offset of the closing quote of the string at `start`. */
function textEnd(bytes: Buffer, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}

const pathOf = (bytes: Buffer, levels: readonly Level[]): PropertyKey[] =>
  levels.map(({ isObject, commas, keyStart, keyEnd }) =>
    isObject ? keyOf(bytes.toString('utf8', keyStart, keyEnd)) : commas,
  );

function keyOf(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    // The key has an invalid escape.
    return text;
  }
}

/** Bytes of a value as JSON in UTF-8; 0 for undefined. */
export const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '');

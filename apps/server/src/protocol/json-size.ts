import {
  JSON_LONG_TEXT,
  JSON_MAX_DEPTH,
  JSON_MAX_LONG_TEXTS,
  JSON_MAX_MEMBERS,
  JSON_MAX_VALUES,
} from '@modelbox/schema';
import { type HttpProblem, invalidField, pointerOf } from './problem.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const ARRAY = 0x5b;
const ARRAY_END = 0x5d;
const OBJECT = 0x7b;
const OBJECT_END = 0x7d;
/** The last of the characters that JSON skips between values. */
const SPACE = 0x20;

/** Bytes of the shortest object with too many members: each member has two quotes, a colon, a value and a comma. */
const LEAST = 5 * JSON_MAX_MEMBERS;

/** Checks the size of a JSON body while it arrives. Each method throws HttpProblem invalid (422). */
export interface SizeCheck {
  push(piece: Buffer): void;
  /** Throws if the whole body exceeds a bound that its pieces did not exceed. */
  finish(): void;
}

/** An array or object that the scan is in. */
interface Level {
  readonly isObject: boolean;
  commas: number;
  /** Byte offsets of the key of the current member; unused in an array. */
  keyStart: number;
  keyEnd: number;
}

/**
 * Refuses a JSON body that exceeds a bound of `JSON_MAX_*` before it is parsed, and if possible before it has arrived:
 * keeping, parsing and checking it would hold up everybody else. Malformed JSON is left to the parser.
 */
export function sizeCheck(): SizeCheck {
  const pieces: Buffer[] = [];
  /** Bytes of the pieces, and of those that were scanned. */
  let size = 0;
  let scanned = 0;
  /** The open arrays and objects, up to the allowed depth. */
  const levels: Level[] = [];
  let depth = 0;
  let isKey = false;
  /** Commas and opening brackets outside of strings: every value but the outermost follows one. */
  let separators = 0;
  let isInText = false;
  let isEscaped = false;
  /** The offset of the present text, number or word; -1 between them. */
  let token = -1;
  let longBytes = 0;
  /** Paths of the first object with too many members, and of the first value that is too deep. */
  let wide: PropertyKey[] | undefined;
  let deep: PropertyKey[] | undefined;

  const pathTo = (count: number): PropertyKey[] => {
    const bytes = Buffer.concat(pieces);
    return levels
      .slice(0, count)
      .map(({ isObject, commas, keyStart, keyEnd }) =>
        isObject ? keyOf(bytes.toString('utf8', keyStart, keyEnd)) : commas,
      );
  };

  function demandShort(end: number): void {
    const bytes = end - token;
    if (bytes <= JSON_LONG_TEXT || longBytes + bytes <= JSON_MAX_LONG_TEXTS) return;
    throw refused(
      pathTo(isKey ? depth - 1 : depth),
      `is too long: strings and numbers of more than ${JSON_LONG_TEXT} bytes ` +
        `must not have more than ${JSON_MAX_LONG_TEXTS} bytes in total`,
    );
  }

  function endToken(end: number): void {
    if (token < 0) return;
    demandShort(end);
    if (end - token > JSON_LONG_TEXT) longBytes += end - token;
    token = -1;
  }

  function endText(end: number): void {
    isInText = false;
    const level = isKey ? levels[depth - 1] : undefined;
    if (level) {
      level.keyStart = token;
      level.keyEnd = end;
    }
    endToken(end);
    if (level) isKey = false;
  }

  function addSeparator(): void {
    separators++;
    if (separators >= JSON_MAX_VALUES)
      throw refused([], `must not have more than ${JSON_MAX_VALUES} values in total`);
  }

  function passComma(): void {
    addSeparator();
    // Deeper levels are refused for their depth.
    const level = depth <= JSON_MAX_DEPTH ? levels[depth - 1] : undefined;
    if (level === undefined) return;
    level.commas++;
    isKey = level.isObject;
    if (level.isObject && level.commas === JSON_MAX_MEMBERS) wide ??= pathTo(depth - 1);
  }

  function enterLevel(isObject: boolean): void {
    addSeparator();
    depth++;
    isKey = isObject;
    if (depth <= JSON_MAX_DEPTH) levels[depth - 1] = { isObject, commas: 0, keyStart: 0, keyEnd: 0 };
    else deep ??= pathTo(JSON_MAX_DEPTH);
  }

  /** Returns the index of the quote that ends the text, or the end of the piece. */
  function passText(piece: Buffer, start: number): number {
    let at = isEscaped ? start + 1 : start;
    while (at < piece.length && piece[at] !== QUOTE) at += piece[at] === BACKSLASH ? 2 : 1;
    isEscaped = at > piece.length;
    if (at < piece.length) endText(scanned + at + 1);
    return at;
  }

  function passSign(byte: number, at: number): void {
    if (byte === QUOTE) {
      isInText = true;
      token = at;
      return;
    }
    if (!endsToken(byte)) {
      if (token < 0) token = at;
      return;
    }
    endToken(at);
    if (byte === COMMA) passComma();
    else if (byte === ARRAY || byte === OBJECT) enterLevel(byte === OBJECT);
    else if (byte === ARRAY_END || byte === OBJECT_END) {
      depth--;
      isKey = false;
    }
  }

  function scan(piece: Buffer): void {
    for (let at = 0; at < piece.length; at++) {
      if (isInText) at = passText(piece, at);
      else passSign(piece[at] as number, scanned + at);
    }
    scanned += piece.length;
    if (token >= 0) demandShort(scanned);
  }

  return {
    push(piece) {
      pieces.push(piece);
      const isFirst = size <= LEAST;
      size += piece.length;
      // A smaller body exceeds no bound but that of its depth, which the walk after parsing checks.
      if (size <= LEAST) return;
      for (const next of isFirst ? pieces : [piece]) scan(next);
    },
    finish() {
      if (wide) throw refused(wide, `must not have more than ${JSON_MAX_MEMBERS} members`);
      if (deep) throw refused(deep, tooDeep);
    },
  };
}

const endsToken = (byte: number): boolean =>
  byte <= SPACE ||
  byte === COMMA ||
  byte === COLON ||
  byte === ARRAY ||
  byte === OBJECT ||
  byte === ARRAY_END ||
  byte === OBJECT_END;

export const tooDeep = `must not be nested deeper than ${JSON_MAX_DEPTH} levels`;

/** The problem of a JSON body with an invalid value at `path`. */
export const refused = (path: readonly PropertyKey[], message: string): HttpProblem =>
  invalidField('body', pointerOf(path), message);

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

import type { Span } from './ast.ts';
import { FilterError } from './error.ts';
import { MAX_FILTER_LENGTH, MAX_PATH_SEGMENTS } from './limits.ts';
import { findUnstorable } from './text.ts';

export interface Segment extends Span {
  text: string;
  quote: '"' | '`' | null;
}

/**
 * A path has one or more segments joined by dots. A single plain segment may be a keyword and a double-quoted one a
 * string: the parser decides by position.
 */
export type Token =
  | ({ kind: 'path'; segments: readonly [Segment, ...Segment[]] } & Span)
  | ({ kind: 'string'; value: string } & Span)
  | ({ kind: 'number'; value: number } & Span)
  | ({ kind: 'sign'; sign: string } & Span)
  | ({ kind: 'end' } & Span);

const SIGNS = ['<=', '>=', '!=', '<>', '=', '<', '>', '(', ')', ','];

/** Splits a text into tokens, ending with `end`. Throws FilterError. */
export function tokenize(text: string): Token[] {
  if (text.length > MAX_FILTER_LENGTH) {
    const span = { position: MAX_FILTER_LENGTH, length: text.length - MAX_FILTER_LENGTH };
    throw new FilterError(`must be at most ${MAX_FILTER_LENGTH} characters long`, span);
  }
  const bad = findUnstorable(text);
  if (bad >= 0)
    throw new FilterError('NUL characters and lone surrogates are not allowed', { position: bad, length: 1 });
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (' \t\r\n'.includes(text.charAt(at))) {
      at++;
      continue;
    }
    const token = readToken(text, at);
    tokens.push(token);
    at += token.length;
  }
  tokens.push({ kind: 'end', position: text.length, length: 0 });
  return tokens;
}

function readToken(text: string, at: number): Token {
  const first = text.charAt(at);
  if (first === "'") {
    const { value, end } = readQuoted(text, at);
    return { kind: 'string', value, position: at, length: end - at };
  }
  if (first === '"' || first === '`' || startsWord(text, at)) return readPath(text, at);
  if (startsNumber(text, at)) return readNumber(text, at);
  const sign = SIGNS.find((candidate) => text.startsWith(candidate, at));
  if (sign !== undefined) return { kind: 'sign', sign, position: at, length: sign.length };
  const shown = String.fromCodePoint(text.codePointAt(at) as number);
  throw new FilterError(`unexpected character ${JSON.stringify(shown)}`, {
    position: at,
    length: shown.length,
  });
}

function readPath(text: string, start: number): Token {
  const segments: Segment[] = [];
  let at = start;
  for (;;) {
    const segment = readSegment(text, at, segments.length === 0);
    segments.push(segment);
    at += segment.length;
    if (text.charAt(at) !== '.') break;
    if (segments.length === MAX_PATH_SEGMENTS) {
      const span = { position: start, length: at - start };
      throw new FilterError(`must not have a path of more than ${MAX_PATH_SEGMENTS} segments`, span);
    }
    at++;
  }
  return { kind: 'path', segments: segments as [Segment, ...Segment[]], position: start, length: at - start };
}

function readSegment(text: string, at: number, first: boolean): Segment {
  const quote = text.charAt(at);
  if (quote === '"' || quote === '`') {
    const { value, end } = readQuoted(text, at);
    return { text: value, quote, position: at, length: end - at };
  }
  let end = at;
  for (let width = wordWidth(text, end, first); width > 0; width = wordWidth(text, end, first)) end += width;
  if (end === at) {
    throw new FilterError('a path ends in a dot', { position: at, length: 0 }, ['a name after the dot']);
  }
  return { text: text.slice(at, end), quote: null, position: at, length: end - at };
}

/** Reads a quoted text. A doubled quote stands for one. */
function readQuoted(text: string, start: number): { value: string; end: number } {
  const quote = text.charAt(start);
  let value = '';
  let at = start + 1;
  for (;;) {
    const close = text.indexOf(quote, at);
    if (close < 0) {
      const span = { position: start, length: text.length - start };
      throw new FilterError('a quote is not closed', span, [`a closing ${quote}`]);
    }
    value += text.slice(at, close);
    if (text.charAt(close + 1) !== quote) return { value, end: close + 1 };
    value += quote;
    at = close + 2;
  }
}

function readNumber(text: string, start: number): Token {
  const digits = (from: number): number => {
    let at = from;
    while (isDigit(text.charAt(at))) at++;
    return at;
  };
  let at = digits('+-'.includes(text.charAt(start)) ? start + 1 : start);
  if (text.charAt(at) === '.') at = digits(at + 1);
  if ('eE'.includes(text.charAt(at)) && at < text.length) {
    const power = '+-'.includes(text.charAt(at + 1)) ? at + 2 : at + 1;
    const end = digits(power);
    if (end > power) at = end;
  }
  const span = { position: start, length: at - start };
  const value = Number(text.slice(start, at));
  if (wordWidth(text, at, true) > 0 || text.charAt(at) === '.') {
    throw new FilterError(
      'a number runs into a word or a dot: add a space or an operator, or put quotes around the text',
      { position: start, length: at - start + 1 },
    );
  }
  if (!Number.isFinite(value)) throw new FilterError('the number is outside of the range of a double', span);
  return { kind: 'number', value, ...span };
}

function startsNumber(text: string, at: number): boolean {
  const from = '+-'.includes(text.charAt(at)) ? at + 1 : at;
  return isDigit(text.charAt(from)) || (text.charAt(from) === '.' && isDigit(text.charAt(from + 1)));
}

function startsWord(text: string, at: number): boolean {
  return wordWidth(text, at, true) > 0 && !isDigit(text.charAt(at));
}

/**
 * Counts the code units of a word: letters, digits and `_`. Later path segments also allow `-` and `/`, which are
 * common in metric keys and mean nothing else here.
 */
function wordWidth(text: string, at: number, first: boolean): number {
  const character = text.charAt(at);
  if (character >= 'a' && character <= 'z') return 1;
  if (!first && (character === '-' || character === '/')) return 1;
  const point = text.codePointAt(at);
  if (point === undefined) return 0;
  const whole = String.fromCodePoint(point);
  return whole === '_' || /^[\p{L}\p{N}\p{M}]$/u.test(whole) ? whole.length : 0;
}

/** Whether a later path segment needs no quotes. */
export function isPlainSegment(text: string): boolean {
  let at = 0;
  for (let width = wordWidth(text, at, false); width > 0; width = wordWidth(text, at, false)) at += width;
  return at > 0 && at === text.length;
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}

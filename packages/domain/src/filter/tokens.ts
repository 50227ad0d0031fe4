import type { Span } from './ast.ts';
import { FilterError } from './error.ts';
import { type Token, tokenize } from './lexer.ts';
import type { Literal } from './values.ts';

/** Words, in lower case, that are names only if quoted. */
export const KEYWORDS: readonly string[] = [
  'and',
  'or',
  'not',
  'in',
  'like',
  'ilike',
  'between',
  'is',
  'null',
  'true',
  'false',
  'asc',
  'desc',
];

/** A position in the tokens of a text. */
export interface TokenReader {
  /** The current token. The last is `end`. */
  peek(): Token;
  /** The current word in lower case if it is an unquoted keyword, otherwise null. */
  keyword(): string | null;
  /** Consumes a keyword, if present. */
  takeKeyword(word: string): boolean;
  /** Consumes a sign, if present. */
  takeSign(sign: string): boolean;
  /** Consumes a path. A keyword is not a path. */
  takePath(): Extract<Token, { kind: 'path' }> | null;
  /** Consumes a literal: a string in single or double quotes, a number, TRUE or FALSE. */
  takeLiteral(): Literal | null;
  /** Whether a literal for IN comes next, not the double-quoted name of a field. */
  startsMember(): boolean;
  /** The range from a position to the end of the last consumed token. */
  spanFrom(position: number): Span;
  /** The error for an unexpected current token. */
  unexpected(expected: readonly string[], message?: string): FilterError;
}

export function readTokens(text: string): TokenReader {
  const tokens = tokenize(text);
  const last = tokens.length - 1;
  let at = 0;
  const peek = (ahead = 0): Token => tokens[Math.min(at + ahead, last)] as Token;

  const keyword = (ahead = 0): string | null => {
    const token = peek(ahead);
    if (token.kind !== 'path' || token.segments.length > 1 || token.segments[0].quote !== null) return null;
    const word = token.segments[0].text.toLowerCase();
    return KEYWORDS.includes(word) ? word : null;
  };
  const isSign = (sign: string, ahead = 0): boolean => {
    const token = peek(ahead);
    return token.kind === 'sign' && token.sign === sign;
  };
  const literalHere = (): Literal['value'] | null => {
    const token = peek();
    if (token.kind === 'string' || token.kind === 'number') return token.value;
    const word = keyword();
    if (word === 'true' || word === 'false') return word === 'true';
    return isDoubleQuoted(token) ? token.segments[0].text : null;
  };

  return {
    peek: () => peek(),
    keyword: () => keyword(),
    takeKeyword(word) {
      if (keyword() !== word) return false;
      at++;
      return true;
    },
    takeSign(sign) {
      if (!isSign(sign)) return false;
      at++;
      return true;
    },
    takePath() {
      const token = peek();
      if (token.kind !== 'path' || keyword() !== null) return null;
      at++;
      return token;
    },
    takeLiteral() {
      const value = literalHere();
      if (value === null) return null;
      const { position, length } = peek();
      at++;
      return { value, position, length };
    },
    startsMember() {
      if (literalHere() === null) return false;
      if (!isDoubleQuoted(peek())) return true;
      const ahead = keyword(1) === 'not' ? 2 : 1;
      return keyword(ahead) === 'in' && !isSign('(', ahead + 1);
    },
    spanFrom(position) {
      const before = tokens[Math.max(at - 1, 0)] as Token;
      return { position, length: before.position + before.length - position };
    },
    unexpected(expected, message) {
      const token = peek();
      const what = token.kind === 'end' ? 'the text ends too early' : 'something else is expected here';
      return new FilterError(message ?? what, { position: token.position, length: token.length }, expected);
    },
  };
}

function isDoubleQuoted(token: Token): token is Extract<Token, { kind: 'path' }> {
  return token.kind === 'path' && token.segments.length === 1 && token.segments[0].quote === '"';
}

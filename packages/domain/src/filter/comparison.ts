import type { CompareOperator, Condition, In, Like, Ref, ScalarRef, Span, Term, Value } from './ast.ts';
import { FilterError } from './error.ts';
import { endsInLoneEscape } from './like.ts';
import { MAX_IN_VALUES } from './limits.ts';
import { allowedPaths, resolveRef } from './refs.ts';
import type { FilterSchema } from './schema.ts';
import type { TokenReader } from './tokens.ts';
import { checkOperator, type Literal, plainValue, storedText, toValue, wantedValues } from './values.ts';

const COMPARISONS: readonly CompareOperator[] = ['=', '!=', '<', '<=', '>', '>='];
const AFTER_FIELD = [...COMPARISONS, 'IN', 'LIKE', 'ILIKE', 'BETWEEN', 'IS NULL', 'NOT'];
const STRING = 'a string in quotes';

/** `'gold' IN tags`, `0.1 NOT IN metadata.rates`. */
export function parseMember(tokens: TokenReader, schema: FilterSchema): Term {
  const literal = takeLiteral(tokens, [STRING]);
  const negated = tokens.takeKeyword('not');
  if (!tokens.takeKeyword('in')) {
    throw tokens.unexpected(['IN'], 'a comparison starts with its field; after a value, only IN can follow');
  }
  const ref = takeRef(tokens, schema);
  if (ref.kind !== 'set' && ref.kind !== 'metadata') {
    const lists = allowedPaths(schema).filter((path) =>
      ['tags', 'aliases', 'metadata.<path>'].includes(path),
    );
    throw new FilterError('IN needs a set or a list on its right', ref, lists);
  }
  const value = plainValue(
    typeof literal.value === 'string' ? storedText(literal.value, ref) : literal.value,
  );
  if (ref.kind === 'set' && value.type !== 'text')
    throw new FilterError(`${ref.name} contain words, so the value must be a string`, literal, [STRING]);
  return { kind: 'member', value, ref, negated, ...tokens.spanFrom(literal.position) };
}

/** Parses a comparison. BETWEEN becomes `and`, NOT BETWEEN becomes `not`, of two comparisons. */
export function parseComparison(tokens: TokenReader, schema: FilterSchema): Condition {
  const ref = takeRef(tokens, schema);
  const span = (): Span => tokens.spanFrom(ref.position);
  if (tokens.takeKeyword('is')) {
    const negated = tokens.takeKeyword('not');
    if (!tokens.takeKeyword('null')) throw tokens.unexpected(negated ? ['NULL'] : ['NULL', 'NOT NULL']);
    return { kind: 'null', ref, negated, ...span() };
  }
  if (ref.kind === 'set') {
    throw new FilterError(`${ref.name} is a set, which cannot be compared`, ref, [
      `'<word>' IN ${ref.name}`,
      `${ref.name} IS NULL`,
    ]);
  }
  const negated = tokens.takeKeyword('not');
  const operator = tokens.peek();
  if (tokens.takeKeyword('in')) return { kind: 'in', ref, values: takeList(tokens, ref), negated, ...span() };
  if (tokens.takeKeyword('between')) {
    const terms = takeBounds(tokens, ref);
    const both: Condition = { kind: 'and', terms, ...span() };
    return negated ? { kind: 'not', term: both, ...span() } : both;
  }
  const ignoreCase = tokens.takeKeyword('ilike');
  if (ignoreCase || tokens.takeKeyword('like')) {
    const pattern = takePattern(tokens, ref, operator);
    return { kind: 'like', ...pattern, ignoreCase, negated, ...span() };
  }
  if (negated) throw tokens.unexpected(['IN', 'LIKE', 'ILIKE', 'BETWEEN']);
  return takeCompare(tokens, ref);
}

function takeCompare(tokens: TokenReader, ref: ScalarRef): Term {
  const sign = tokens.peek();
  const operator = tokens.takeSign('<>') ? '!=' : COMPARISONS.find((candidate) => tokens.takeSign(candidate));
  if (operator === undefined) throw tokens.unexpected(AFTER_FIELD);
  if (tokens.keyword() === 'null') {
    throw tokens.unexpected(['IS NULL', 'IS NOT NULL'], 'NULL cannot be compared');
  }
  const value = toValue(takeLiteral(tokens, wantedValues(ref)), ref);
  checkOperator(operator, value, sign);
  return { kind: 'compare', ref, operator, value, ...tokens.spanFrom(ref.position) };
}

function takeBounds(tokens: TokenReader, ref: ScalarRef): [Term, Term] {
  const bound = (operator: '>=' | '<='): Term => {
    const literal = takeLiteral(tokens, wantedValues(ref));
    const value = toValue(literal, ref);
    checkOperator(operator, value, literal);
    return { kind: 'compare', ref, operator, value, ...tokens.spanFrom(ref.position) };
  };
  const low = bound('>=');
  if (!tokens.takeKeyword('and')) throw tokens.unexpected(['AND']);
  return [low, bound('<=')];
}

function takeList(tokens: TokenReader, ref: ScalarRef): In['values'] {
  if (!tokens.takeSign('(')) throw tokens.unexpected(['(']);
  const values: Value[] = [];
  do {
    const literal = takeLiteral(tokens, wantedValues(ref));
    if (values.length === MAX_IN_VALUES) throw new FilterError(`more than ${MAX_IN_VALUES} values`, literal);
    const value = toValue(literal, ref);
    if (values[0] !== undefined && value.type !== values[0].type) {
      throw new FilterError('all values of a list must have the same type', literal, [
        `a ${values[0].type} value`,
      ]);
    }
    values.push(value);
  } while (tokens.takeSign(','));
  if (!tokens.takeSign(')')) throw tokens.unexpected([',', ')']);
  return values;
}

function takePattern(tokens: TokenReader, ref: ScalarRef, operator: Span): Pick<Like, 'ref' | 'pattern'> {
  if (ref.kind === 'metric' || (ref.kind === 'field' && ref.type !== 'text')) {
    throw new FilterError('only text can be matched with a pattern', operator, COMPARISONS);
  }
  const literal = takeLiteral(tokens, [STRING]);
  if (typeof literal.value !== 'string')
    throw new FilterError('a pattern must be a string', literal, [STRING]);
  if (endsInLoneEscape(literal.value)) {
    throw new FilterError('a pattern must not end in a single backslash', literal, [
      'two backslashes for one',
    ]);
  }
  return { ref, pattern: storedText(literal.value, ref) };
}

function takeLiteral(tokens: TokenReader, expected: readonly string[]): Literal {
  const literal = tokens.takeLiteral();
  if (literal === null) throw tokens.unexpected(expected);
  return literal;
}

function takeRef(tokens: TokenReader, schema: FilterSchema): Ref {
  const path = tokens.takePath();
  if (path === null) throw tokens.unexpected(['a field', '(', 'NOT', "'<word>' IN tags"]);
  return resolveRef(path, schema);
}

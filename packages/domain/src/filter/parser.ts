import type { Condition, Filter, Span } from './ast.ts';
import { parseComparison, parseMember } from './comparison.ts';
import { FilterError } from './error.ts';
import { MAX_FILTER_DEPTH, MAX_FILTER_TERMS } from './limits.ts';
import { parsedFilters } from './parsed-filters.ts';
import type { FilterSchema } from './schema.ts';
import { readTokens, type TokenReader } from './tokens.ts';

/** The state of parsing one text. */
interface Parse {
  tokens: TokenReader;
  schema: FilterSchema;
  depth: number;
  terms: number;
}

/** One request parses the filters of a policy many times: to check them, for warnings, and to run them. */
const parsed = parsedFilters();

/**
 * Parses a filter (grammar in docs/filter.md) and checks names and values against the schema, so that the result
 * always compiles and evaluates without error. Every object passes an empty filter.
 *
 * Throws only FilterError, after time linear in the text. Equal texts may share one result: do not change it.
 */
export function parseFilter(text: string, schema: FilterSchema): Filter {
  return parsed.get(text, schema) ?? parsed.keep(text, schema, parseAnew(text, schema));
}

function parseAnew(text: string, schema: FilterSchema): Filter {
  const tokens = readTokens(text);
  if (tokens.peek().kind === 'end') return { condition: null };
  const condition = parseChain({ tokens, schema, depth: 0, terms: 0 }, 'or');
  if (tokens.peek().kind !== 'end') throw tokens.unexpected(['AND', 'OR', 'the end']);
  return { condition };
}

function parseChain(parse: Parse, kind: 'and' | 'or'): Condition {
  const start = parse.tokens.peek().position;
  const one = (): Condition => (kind === 'or' ? parseChain(parse, 'and') : parseUnary(parse));
  const first = one();
  const terms = [first];
  while (parse.tokens.takeKeyword(kind)) terms.push(one());
  if (terms.length === 1) return first;
  // Flattens, so that `a AND (b AND c)` and `a AND b AND c` give the same filter.
  const flat = terms.flatMap((term) => (term.kind === kind ? term.terms : [term]));
  return { kind, terms: flat, ...parse.tokens.spanFrom(start) };
}

function parseUnary(parse: Parse): Condition {
  const { tokens } = parse;
  const start = tokens.peek();
  if (tokens.takeKeyword('not')) {
    const term = nested(parse, start, () => parseUnary(parse));
    return { kind: 'not', term, ...tokens.spanFrom(start.position) };
  }
  if (tokens.takeSign('(')) {
    const inner = nested(parse, start, () => parseChain(parse, 'or'));
    if (!tokens.takeSign(')')) throw tokens.unexpected(['AND', 'OR', ')']);
    return inner;
  }
  const found = tokens.startsMember()
    ? parseMember(tokens, parse.schema)
    : parseComparison(tokens, parse.schema);
  // BETWEEN counts like its written-out form: two comparisons and their nesting.
  parse.terms += found.kind === 'and' || found.kind === 'not' ? 2 : 1;
  if (parse.terms > MAX_FILTER_TERMS)
    throw new FilterError(`must not have more than ${MAX_FILTER_TERMS} comparisons`, found);
  if (found.kind === 'and') return nested(parse, start, () => found);
  return found.kind === 'not' ? nested(parse, start, () => nested(parse, start, () => found)) : found;
}

/** The parser recurses only here, which bounds its stack. */
function nested<T>(parse: Parse, span: Span, inner: () => T): T {
  if (++parse.depth > MAX_FILTER_DEPTH)
    throw new FilterError(`must not be nested deeper than ${MAX_FILTER_DEPTH} levels`, span);
  const result = inner();
  parse.depth--;
  return result;
}

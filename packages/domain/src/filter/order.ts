import type { OrderTerm, ScalarRef } from './ast.ts';
import { FilterError } from './error.ts';
import { MAX_ORDER_TERMS, ORDER_PREFIX } from './limits.ts';
import { findField, resolveRef } from './refs.ts';
import type { FilterSchema } from './schema.ts';
import { readTokens, type TokenReader } from './tokens.ts';

/**
 * Parses an order such as `metrics.val_accu DESC, createdAt`. The default direction is ascending.
 *
 * The last term is always the unique field of the schema: if absent, it is added in the direction of the previous
 * term. Later terms would have no effect and are dropped. An empty text gives the unique field, ascending. Throws
 * only FilterError.
 */
export function parseOrderBy(text: string, schema: FilterSchema): OrderTerm[] {
  const tokens = readTokens(text);
  const terms: OrderTerm[] = [];
  while (tokens.peek().kind !== 'end') {
    const ref = takeRef(tokens, schema);
    if (terms.length === MAX_ORDER_TERMS) throw new FilterError(`more than ${MAX_ORDER_TERMS} terms`, ref);
    const descending = tokens.takeKeyword('desc');
    if (!descending) tokens.takeKeyword('asc');
    terms.push({ ref, descending, prefix: prefixOf(ref, schema) });
    if (!tokens.takeSign(',')) {
      if (tokens.peek().kind !== 'end') throw tokens.unexpected(['ASC', 'DESC', ',', 'the end']);
      break;
    }
    if (tokens.peek().kind === 'end') throw tokens.unexpected(['a field']);
  }
  return closed(terms, text.length, schema);
}

function takeRef(tokens: TokenReader, schema: FilterSchema): ScalarRef {
  const path = tokens.takePath();
  if (path === null) throw tokens.unexpected(['a field']);
  const ref = resolveRef(path, schema);
  if (ref.kind === 'set') throw new FilterError(`${ref.name} is a set, which has no order`, ref);
  return ref;
}

/** Fields that are never missing are short (a name, a path), so an index contains them whole. */
export function prefixOf(ref: ScalarRef, schema: FilterSchema): number | null {
  if (ref.kind === 'metadata') return ORDER_PREFIX;
  const isLong = ref.kind === 'field' && ref.type === 'text' && schema.fields[ref.name]?.nullable !== false;
  return isLong ? ORDER_PREFIX : null;
}

function closed(terms: OrderTerm[], end: number, schema: FilterSchema): OrderTerm[] {
  const unique = findField(schema.unique ?? 'id', schema);
  if (unique === null) throw new TypeError('the schema has no unique field to end an order');
  const found = terms.findIndex(({ ref }) => ref.kind === 'field' && ref.name === unique.name);
  if (found >= 0) return terms.slice(0, found + 1);
  const ref = { kind: 'field', name: unique.name, type: unique.type, position: end, length: 0 } as const;
  return [...terms, { ref, descending: terms.at(-1)?.descending ?? false, prefix: null }];
}

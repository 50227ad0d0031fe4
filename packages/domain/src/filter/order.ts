import type { OrderTerm, ScalarRef } from './ast.ts';
import { FilterError } from './error.ts';
import { MAX_ORDER_TERMS, ORDER_PREFIX } from './limits.ts';
import { findField, resolveRef } from './refs.ts';
import type { FilterSchema } from './schema.ts';
import { readTokens } from './tokens.ts';

/**
 * Parses `metrics.val_accu DESC, createdAt`. Ascending unless DESC is said. The last term is always the
 * schema's unique field, added in the direction of the term before it when it is not there; terms after it
 * would change nothing and are dropped. An empty text gives the unique field alone, ascending.
 * Throws FilterError and nothing else.
 */
export function parseOrderBy(text: string, schema: FilterSchema): OrderTerm[] {
  const tokens = readTokens(text);
  const terms: OrderTerm[] = [];
  while (tokens.peek().kind !== 'end') {
    const path = tokens.takePath();
    if (path === null) throw tokens.unexpected(['a field']);
    const ref = resolveRef(path, schema);
    if (ref.kind === 'set') throw new FilterError(`${ref.name} is a set, which has no order`, ref);
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

/** What is always there is short (a name, a path), and an index holds it whole. */
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

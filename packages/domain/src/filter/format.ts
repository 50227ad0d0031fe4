import type { Condition, Filter, OrderTerm, Ref, Value } from './ast.ts';
import { isPlainSegment } from './lexer.ts';
import { KEYWORDS } from './tokens.ts';

/** Formats a filter as canonical text. Parsing the text under the same schema gives the same filter. */
export function formatFilter(filter: Filter): string {
  return filter.condition === null ? '' : formatCondition(filter.condition);
}

/** Formats an order as canonical text, including the closing unique field. */
export function formatOrderBy(terms: readonly OrderTerm[]): string {
  return terms.map((term) => `${formatRef(term.ref)}${term.descending ? ' DESC' : ''}`).join(', ');
}

function formatCondition(node: Condition): string {
  switch (node.kind) {
    case 'or':
      return node.terms.map(formatCondition).join(' OR ');
    case 'and':
      return node.terms
        .map((term) => (term.kind === 'or' ? `(${formatCondition(term)})` : formatCondition(term)))
        .join(' AND ');
    case 'not': {
      const inner = formatCondition(node.term);
      return node.term.kind === 'and' || node.term.kind === 'or' ? `NOT (${inner})` : `NOT ${inner}`;
    }
    case 'compare':
      return `${formatRef(node.ref)} ${node.operator} ${formatValue(node.value)}`;
    case 'like': {
      const operator = node.ignoreCase ? 'ILIKE' : 'LIKE';
      return `${formatRef(node.ref)} ${not(node)}${operator} ${quote(node.pattern, "'")}`;
    }
    case 'in':
      return `${formatRef(node.ref)} ${not(node)}IN (${node.values.map(formatValue).join(', ')})`;
    case 'member':
      return `${formatValue(node.value)} ${not(node)}IN ${formatRef(node.ref)}`;
    case 'null':
      return `${formatRef(node.ref)} IS ${not(node)}NULL`;
  }
}

function not(node: { negated: boolean }): string {
  return node.negated ? 'NOT ' : '';
}

function formatRef(ref: Ref): string {
  switch (ref.kind) {
    case 'field':
    case 'set':
      return isPlainWord(ref.name) ? ref.name : quote(ref.name, '"');
    case 'metadata':
      return ['metadata', ...ref.path.map(formatSegment)].join('.');
    case 'metric':
      return ref.dataset === null
        ? `metrics.${formatSegment(ref.key)}`
        : `evaluations.${formatSegment(ref.dataset)}.${formatSegment(ref.key)}`;
  }
}

function isPlainWord(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !KEYWORDS.includes(name.toLowerCase());
}

function formatSegment(text: string): string {
  return isPlainSegment(text) ? text : quote(text, '"');
}

function formatValue(value: Value): string {
  switch (value.type) {
    case 'boolean':
      return value.value ? 'TRUE' : 'FALSE';
    case 'number':
    case 'integer':
      return Number.isFinite(value.value) ? String(value.value) : `'${value.value}'`;
    case 'text':
    case 'time':
    case 'uuid':
      return quote(value.value, "'");
  }
}

function quote(text: string, mark: string): string {
  return `${mark}${text.replaceAll(mark, mark + mark)}${mark}`;
}

import type {
  Compare,
  Condition,
  FieldRef,
  FilterSchema,
  Like,
  Member,
  MetadataRef,
  Term,
  Value,
} from '../filter/index.ts';

/** A comparison that is true of the objects that have one tag, alias, id or text, or a text of one pattern. */
export type AskedValue = (Compare & { readonly ref: FieldRef | MetadataRef }) | Like | Member;

/**
 * The values that a filter asks for. Comparisons that pass for other values (`!=`, `NOT IN`, `NOT LIKE`) are left out: if
 * their value is misspelt, they pass for more objects, so `keep` keeps more.
 */
export function askedValues(
  condition: Condition | null,
  schema: FilterSchema,
  negated = false,
): readonly AskedValue[] {
  if (condition === null) return [];
  if (condition.kind === 'and' || condition.kind === 'or')
    return condition.terms.flatMap((each) => askedValues(each, schema, negated));
  if (condition.kind === 'not') return askedValues(condition.term, schema, !negated);
  const term = condition as Term;
  return isNegated(term) === negated ? valuesOf(term, schema) : [];
}

const isNegated = (term: Term): boolean => (term.kind === 'compare' ? term.operator === '!=' : term.negated);

function valuesOf(term: Term, schema: FilterSchema): readonly AskedValue[] {
  if (term.kind === 'null') return [];
  if (term.kind === 'member') return isWord(term.value) ? [{ ...term, negated: false }] : [];
  const { ref } = term;
  // A value outside a closed list is refused when the policy is set.
  if (ref.kind === 'metric' || (ref.kind === 'field' && schema.fields[ref.name]?.values)) return [];
  if (term.kind === 'like') return [{ ...term, negated: false }];
  if (term.kind === 'compare' && term.operator !== '=' && term.operator !== '!=') return [];
  const values = term.kind === 'in' ? term.values : [term.value];
  const { position, length } = term;
  return values
    .filter(isWord)
    .map((value) => ({ kind: 'compare', ref, operator: '=', value, position, length }));
}

const isWord = ({ type }: Value): boolean => type === 'text' || type === 'uuid';

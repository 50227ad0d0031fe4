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

/** A comparison that only objects with one tag, alias, id or text, or with a text of one pattern pass. */
export type AskedValue = (Compare & { readonly ref: FieldRef | MetadataRef }) | Like | Member;

/**
 * Lists the values that a filter requires. Comparisons that other values pass (`!=`, `NOT IN`, `NOT LIKE`) are left
 * out: a misspelt value makes more objects pass, so `keep` keeps more.
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
  // Setting the policy already rejects values outside of a closed list.
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

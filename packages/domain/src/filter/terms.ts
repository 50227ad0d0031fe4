import type { Condition, Filter, OrderTerm, Term } from './ast.ts';

/** The comparisons of a condition. */
export function termsOf(condition: Condition | null): Term[] {
  if (condition === null) return [];
  if (condition.kind === 'and' || condition.kind === 'or') return condition.terms.flatMap(termsOf);
  return condition.kind === 'not' ? termsOf(condition.term) : [condition as Term];
}

/** Whether a filter or an order reads metrics or evaluations, so that its result reveals their values. */
export const usesMetrics = ({ condition }: Filter, order: readonly OrderTerm[] = []): boolean =>
  [...termsOf(condition), ...order].some(({ ref }) => ref.kind === 'metric');

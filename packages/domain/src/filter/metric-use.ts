import type { Condition, Filter, OrderTerm } from './ast.ts';

/** Whether a filter or an order reads metrics or evaluations: its result tells of their values. */
export const usesMetrics = ({ condition }: Filter, order: readonly OrderTerm[]): boolean =>
  (condition !== null && readsMetrics(condition)) || order.some(({ ref }) => ref.kind === 'metric');

function readsMetrics(condition: Condition): boolean {
  if ('terms' in condition) return condition.terms.some(readsMetrics);
  return condition.kind === 'not' ? readsMetrics(condition.term) : condition.ref.kind === 'metric';
}

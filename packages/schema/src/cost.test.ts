import { expect, it } from 'vitest';
import { type Route, routeList } from './index.ts';

/** A caller decides the cost by a filter, an order, a policy to try out, or an answer of any length. */
const letsCallerDecide = ({ id, query, body, answers }: Route): boolean =>
  ['filter', 'orderBy', 'state', 'outcome', 'name', 'points', 'depth'].some(
    (field) => field in (query?.shape ?? {}),
  ) ||
  (id.includes('.policy.') && typeof body === 'object' && id.match(/preview|backtest/) !== null) ||
  Object.values(answers).includes('ndjson') ||
  id.endsWith('.archive');

it.each(routeList.map((route) => [route.id, route] as const))('%s declares what it costs', (_, route) => {
  expect(['fixed', 'variable']).toContain(route.cost);
  if (route.method === 'GET' && letsCallerDecide(route)) expect(route.cost).toBe('variable');
});

it('a route of variable cost writes nothing: it is a GET, or declared safe', () => {
  const writing = routeList.filter(
    ({ cost, method, safe }) => cost === 'variable' && method !== 'GET' && !safe,
  );
  expect(writing.map(({ id }) => id)).toEqual([]);
});

it('every route that takes a filter, tries out a policy or explains a decision is variable', () => {
  const fixed = routeList.filter(({ cost }) => cost === 'fixed').map(({ id }) => id);
  const costly =
    /\.(preview|backtest|explain|archive|export|lineage|usage)$|decisions|evaluations|metrics\.list$/;
  expect(fixed.filter((id) => costly.test(id))).toEqual([]);
});

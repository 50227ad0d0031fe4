import { expect, it } from 'vitest';
import { type Route, route, subjectsOf } from './route.ts';

const read = { kind: 'model', at: 'params.model', permission: 'model.read' } as const;
const about = (more: Pick<Route, 'touches' | 'subject'>): Route => ({
  id: 'things.get',
  method: 'GET',
  cost: 'fixed',
  path: '/v1/things',
  tag: 'things',
  summary: 'Read a thing',
  answers: { 200: 'json' },
  ...more,
});

it('takes the only touch of a route as its subject', () => {
  expect(subjectsOf(route(about({ touches: { model: read } })))).toEqual(['model']);
  expect(subjectsOf(route(about({ touches: {} })))).toEqual([]);
});

it('takes the named subject of several touches', () => {
  const touches = { other: read, model: read };
  expect(subjectsOf(route(about({ touches, subject: 'model' })))).toEqual(['model']);
  expect(subjectsOf(route(about({ touches, subject: ['model', 'other'] })))).toEqual(['model', 'other']);
});

it('refuses a route whose subject is not clear', () => {
  const touches = { other: read, model: read };
  expect(() => route(about({ touches }))).toThrow('things.get touches other, model: name its subject');
  expect(() => route(about({ touches, subject: 'owner' }))).toThrow(
    'things.get does not touch its subject "owner"',
  );
});

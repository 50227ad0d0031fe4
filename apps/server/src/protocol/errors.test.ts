import { TooManyParameters } from '@modelbox/db';
import { expect, it } from 'vitest';
import { toProblem } from './errors.ts';

it('a statement with too many parameters is 422 without Retry-After: a retry would fail too', () => {
  const { status, code, message, headers } = toProblem(new TooManyParameters(70_000));
  expect({ status, code, headers }).toEqual({ status: 422, code: 'query_too_expensive', headers: {} });
  expect(message).toContain('needs 70000 parameters, but Postgres allows 65535. Use fewer different values');
});

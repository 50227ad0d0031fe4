import { expect, test } from 'vitest';
import { retrying } from './retry.ts';

const lost = (code: string) => Object.assign(new Error('lost'), { code, severity: 'ERROR' });

/** Fails with these errors in turn, then succeeds. */
function failing(...errors: Error[]): () => Promise<number> {
  let calls = 0;
  return async () => {
    const error = errors[calls++];
    if (error) throw error;
    return calls;
  };
}

test('a transaction that lost runs again', async () => {
  expect(await retrying(failing(lost('40001'), lost('40P01'), lost('40001')))).toBe(4);
  expect(await retrying(failing(Object.assign(new Error('x'), { code: 'P2034' })))).toBe(2);
});

test('an error that means something else is thrown at once, and one that the caller names is not', async () => {
  await expect(retrying(failing(lost('23505')))).rejects.toThrow('lost');
  expect(await retrying(failing(lost('23505')), () => true)).toBe(2);
});

test('a transaction that always loses fails with its last error', async () => {
  let calls = 0;
  const always = async () => {
    calls++;
    throw lost('40001');
  };
  await expect(retrying(always)).rejects.toMatchObject({ code: '40001' });
  expect(calls).toBe(8);
});

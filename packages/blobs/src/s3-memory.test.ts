import { expect, it } from 'vitest';
import { createPartMemory, createSharedMemory } from './s3-memory.ts';

const never = new AbortController().signal;
const memory = () => createPartMemory({ budgetBytes: 10, reusedBytes: 4 });

it('allocates the free memory, and lets other writes wait in order', async () => {
  const { take, giveBack } = memory();
  const first = await take(8, never);
  const order: string[] = [];
  const large = take(9, never).then((buffer) => {
    order.push('large');
    return buffer;
  });
  const small = take(1, never).then((buffer) => {
    order.push('small');
    return buffer;
  });
  await Promise.resolve();
  expect(order).toEqual([]);
  giveBack(first);
  expect([(await large).length, (await small).length]).toEqual([9, 1]);
  expect(order).toEqual(['large', 'small']);
});

it('lets later writes continue if an earlier one stops waiting', async () => {
  const { take } = memory();
  await take(8, never);
  const abort = new AbortController();
  const given = take(5, abort.signal);
  const behind = take(2, never);
  const reason = new Error('enough');
  abort.abort(reason);
  await expect(given).rejects.toBe(reason);
  expect(await behind).toHaveLength(2);
  await expect(take(1, abort.signal)).rejects.toBe(reason);
});

it('reuses buffers of the usual size, and refuses a size that exceeds the budget', async () => {
  const { take, giveBack } = memory();
  const usual = await take(4, never);
  giveBack(usual);
  expect(await take(4, never)).toBe(usual);
  await expect(take(11, never)).rejects.toThrow(RangeError);
});

it('reserves a share for small content, which continues while large content waits', async () => {
  const MiB = 2 ** 20;
  const { take, giveBack } = createSharedMemory({ budgetBytes: 16 * MiB, reusedBytes: 8 * MiB });
  const large = await take(8 * MiB, never);
  const behind = take(8 * MiB, never);
  const small = await Promise.all([take(MiB, never), take(MiB, never)]);
  giveBack(large);
  expect(await behind).toBe(large);
  const more = take(10, never);
  for (const buffer of small) giveBack(buffer);
  expect(await more).toHaveLength(10);
  await expect(take(15 * MiB, never)).rejects.toThrow(RangeError);
});

import { pino } from 'pino';
import { expect, it } from 'vitest';
import { eachOnItsOwn, startLoop } from './loop.ts';
import { createWakeups } from './wakeup.ts';

/** Long enough that no round starts by the timer. */
const NEVER = 3_600_000;
const log = pino({ level: 'silent' });

it('a wakeup makes the next round begin at once, and once more if it fires while a round runs', async () => {
  const { completed } = createWakeups();
  const begun = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
  const mayEnd = Promise.withResolvers<void>();
  let rounds = 0;
  const round = async () => {
    rounds += 1;
    begun[rounds]?.resolve();
    if (rounds === 2) await mayEnd.promise;
  };
  const loop = startLoop('test', NEVER, log, round, completed);
  await begun[1]?.promise;
  // The round is over, and the loop waits.
  await new Promise(setImmediate);
  completed.wake();
  await begun[2]?.promise;
  completed.wake();
  completed.wake();
  mayEnd.resolve();
  await begun[3]?.promise;
  await loop.stop();
  expect(rounds).toBe(3);
});

it('a round that fails ends nothing, and a wakeup after the stop begins nothing', async () => {
  const { completed } = createWakeups();
  let rounds = 0;
  const second = Promise.withResolvers<void>();
  const loop = startLoop(
    'test',
    NEVER,
    log,
    async () => {
      rounds += 1;
      if (rounds === 2) second.resolve();
      throw new Error('fails');
    },
    completed,
  );
  await new Promise(setImmediate);
  completed.wake();
  await second.promise;
  await loop.stop();
  completed.wake();
  await new Promise(setImmediate);
  expect(rounds).toBe(2);
});

it('runs each step even if an earlier one failed, then throws the failures', async () => {
  const ran: number[] = [];
  const step = (number: number, error?: Error) => async () => {
    ran.push(number);
    if (error) throw error;
  };
  const [one, two] = [new Error('one'), new Error('two')];
  await eachOnItsOwn([step(1), step(2)]);
  await expect(eachOnItsOwn([step(3, one), step(4)])).rejects.toBe(one);
  await expect(eachOnItsOwn([step(5, one), step(6, two), step(7)])).rejects.toMatchObject({
    errors: [one, two],
  });
  expect(ran).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

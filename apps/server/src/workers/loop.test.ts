import { pino } from 'pino';
import { expect, it } from 'vitest';
import { createBells } from './bell.ts';
import { startLoop } from './loop.ts';

/** Long enough that no round begins because it is over. */
const NEVER = 3_600_000;
const log = pino({ level: 'silent' });

it('a bell makes the next round begin at once, and once more where it rang while a round ran', async () => {
  const { completed } = createBells();
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
  completed.ring();
  await begun[2]?.promise;
  completed.ring();
  completed.ring();
  mayEnd.resolve();
  await begun[3]?.promise;
  await loop.stop();
  expect(rounds).toBe(3);
});

it('a round that fails ends nothing, and a bell that rings after the stop begins nothing', async () => {
  const { completed } = createBells();
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
  completed.ring();
  await second.promise;
  await loop.stop();
  completed.ring();
  await new Promise(setImmediate);
  expect(rounds).toBe(2);
});

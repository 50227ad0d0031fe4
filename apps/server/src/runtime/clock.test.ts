import { type Database, openDatabase } from '@modelbox/db';
import { createTestDatabase, type TestDatabase } from '@modelbox/db/testing';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openClock } from './clock.ts';
import { systemTime } from './time-source.ts';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ url: database.url });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});
beforeEach(async () => void (await db.background.query('DELETE FROM clock_hold')));

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function world() {
  const start = Date.UTC(2026, 5, 1);
  const clocks = { wall: start, steady: 1_000, database: start, readingTakes: 0 };
  let readings = 0;
  return {
    clocks,
    pass: (ms: number) => {
      clocks.wall += ms;
      clocks.steady += ms;
      clocks.database += ms;
    },
    readings: () => readings,
    source: {
      wall: () => clocks.wall,
      steady: () => {
        clocks.steady += clocks.readingTakes;
        return clocks.steady;
      },
      database: () => {
        readings += 1;
        return clocks.database;
      },
    },
  };
}

const open = async (made = world(), log = pino({ level: 'silent' })) => ({
  ...made,
  clock: await openClock(db.background, log, made.source),
});

describe('the time', () => {
  it('is the database’s, whatever the machine’s clock says', async () => {
    const made = world();
    made.clocks.wall -= 5 * HOUR;
    const { clock, clocks, pass } = await open(made);
    expect(clock.now()).toEqual(new Date(clocks.database));
    clocks.wall += 20 * HOUR;
    pass(MINUTE);
    expect(clock.now()).toEqual(new Date(clocks.database));
  });

  it('never goes back if a reading corrects it slightly', async () => {
    const { clock, clocks, pass } = await open();
    pass(1_000);
    const shown = clock.now();
    clocks.database -= 300;
    expect(await clock.judgesAge()).toBe(true);
    expect(clock.now()).toEqual(shown);
    pass(301);
    expect(clock.now().getTime()).toBe(shown.getTime() + 1);
  });

  it('comes from the quickest of several readings, and ignores slow ones', async () => {
    const { clock, clocks, pass, readings } = await open();
    const before = readings();
    clocks.readingTakes = 100;
    await clock.judgesAge();
    expect(readings() - before).toBe(3);
    clocks.readingTakes = 2_000;
    clocks.database += 5_000;
    pass(MINUTE + 1);
    expect(await clock.judgesAge()).toBe(false);
    expect(clock.doubt()).toMatchObject({ reason: 'unread' });
  });
});

describe('decisions by age wait', () => {
  it('while the machine’s clock differs by more than a second', async () => {
    const { clock, clocks } = await open();
    clocks.wall -= 900;
    expect(await clock.judgesAge()).toBe(true);
    clocks.wall -= 2_000;
    expect(await clock.judgesAge()).toBe(false);
    expect(await clock.judgesAge()).toBe(false);
    expect(clock.doubt()?.words).toMatch(/^This server's clock is 2\.9 s behind the database's\. /);
    expect(Math.round(clock.skew())).toBe(-2_900);
    expect(clock.doubts).toEqual({ skew: 1, jump: 0, unread: 0 });
    clocks.wall += 2_900;
    expect(await clock.judgesAge()).toBe(true);
  });

  it('after the database’s clock was set forward, for the same time, on all servers and after a restart', async () => {
    const { clock, clocks, pass, ...made } = await open();
    pass(5 * MINUTE);
    clocks.database += HOUR;
    clocks.wall += HOUR;
    expect(await clock.judgesAge()).toBe(false);
    expect(clock.doubt()).toMatchObject({
      reason: 'jump',
      words: expect.stringMatching(/^The database's clock was set forward by 3600\.0 s\. .* until 2026-/),
    });
    const { clock: restarted } = await open({ clocks, pass, ...made });
    expect(await restarted.judgesAge()).toBe(false);
    pass(HOUR - MINUTE);
    expect([await clock.judgesAge(), await restarted.judgesAge()]).toEqual([false, false]);
    pass(MINUTE);
    expect([await clock.judgesAge(), await restarted.judgesAge()]).toEqual([true, true]);
  });

  it('for ten minutes after it was set back, however far; a hold in the future is void', async () => {
    const { clock, clocks, pass } = await open();
    clocks.database += HOUR;
    clocks.wall += HOUR;
    expect(await clock.judgesAge()).toBe(false);
    clocks.database -= HOUR;
    clocks.wall -= HOUR;
    expect(await clock.judgesAge()).toBe(false);
    expect(clock.doubt()?.words).toContain('was set back by 3600.0 s');
    pass(10 * MINUTE);
    expect(await clock.judgesAge()).toBe(true);
  });

  it('not for a difference that clock drift explains: two seconds after a day without a reading', async () => {
    const { clock, clocks, pass } = await open();
    pass(24 * HOUR);
    clocks.database += 2_000;
    clocks.wall += 2_000;
    expect(await clock.judgesAge()).toBe(true);
  });

  it('until the operator ends it', async () => {
    const { clock, clocks } = await open();
    clocks.database += 30 * 24 * HOUR;
    clocks.wall += 30 * 24 * HOUR;
    expect(await clock.judgesAge()).toBe(false);
    await db.background.query('DELETE FROM clock_hold');
    expect(await clock.judgesAge()).toBe(true);
  });
});

describe('the steady clock of a machine', () => {
  const machine = () => {
    const at = { monotonic: 7_000, wall: Date.UTC(2026, 5, 1), uptime: 9_000_000 };
    const tell = (clock: keyof typeof at) => () => at[clock];
    const source = systemTime({
      monotonic: tell('monotonic'),
      wall: tell('wall'),
      uptime: tell('uptime'),
    });
    const pass = (ms: number, clocks: (keyof typeof at)[] = ['monotonic', 'wall', 'uptime']) => {
      for (const clock of clocks) at[clock] += ms;
    };
    return { source, pass };
  };

  it('runs while the machine sleeps', () => {
    const { source, pass } = machine();
    const before = source.steady();
    pass(8 * HOUR, ['wall', 'uptime']);
    pass(5);
    expect(source.steady() - before).toBe(8 * HOUR + 5);
    pass(HOUR, ['wall', 'uptime']);
    pass(5);
    expect(source.steady() - before).toBe(9 * HOUR + 10);
  });

  it('does not move if somebody sets the system clock', () => {
    const { source, pass } = machine();
    const before = source.steady();
    for (const step of [HOUR, -9 * HOUR, 24 * HOUR]) pass(step, ['wall']);
    pass(5);
    expect(source.steady() - before).toBe(5);
  });
});

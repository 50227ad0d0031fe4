import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { storeTime } from './store-time.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const HOUR = 3_600_000;

/** Returns the store time if the clock of the store differs by this many milliseconds. */
const timeOf = (ms: number): Promise<Date> => {
  const { blobs, now } = server.ctx;
  const stat: typeof blobs.stat = async (key) => {
    const found = await blobs.stat(key);
    return { ...found, writtenAt: new Date(now().getTime() + ms) };
  };
  return storeTime({ ...server.ctx, blobs: { ...blobs, stat } });
};

it('uses the clock of the store if it is behind, and the own clock otherwise', async () => {
  const near = (time: Date, ms: number) =>
    expect(Math.abs(time.getTime() - server.ctx.now().getTime() - ms)).toBeLessThan(HOUR / 2);
  near(await timeOf(-30 * HOUR), -30 * HOUR);
  near(await timeOf(30 * HOUR), 0);
  near(await storeTime(server.ctx), 0);
  expect(await Array.fromAsync(server.ctx.blobs.list())).toEqual([]);
});

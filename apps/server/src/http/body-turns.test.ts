import { setImmediate as nextPass, setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectRaw, type RawConnection } from '../../testing/raw.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';
import { callersOf } from '../../testing/tokens.ts';
import { type BodyTurn, type BodyTurns, bodyTurns } from './body-turns.ts';

const LIMIT = 1000;
const MINUTE = 60_000;

const enter = (
  turns: BodyTurns,
  caller: string,
  { bytes = LIMIT, timeout = MINUTE, gone = new AbortController() } = {},
) => turns.enter(caller, bytes, LIMIT, timeout, gone.signal);

/** Whether the turn came after all other ready callbacks ran. */
async function isIn(turn: Promise<BodyTurn>): Promise<boolean> {
  let isDone = false;
  void turn.then(() => {
    isDone = true;
  });
  await nextPass();
  return isDone;
}

describe('the memory of larger bodies', () => {
  it('has room for two of the largest size of each caller, which smaller ones fill up', async () => {
    const turns = bodyTurns();
    const first = await enter(turns, 'a');
    const second = await enter(turns, 'a', { bytes: LIMIT - 10 });
    const small = await enter(turns, 'a', { bytes: 10 });
    const third = enter(turns, 'a', { bytes: 20 });
    const fourth = enter(turns, 'a', { bytes: LIMIT });
    expect([await isIn(third), await isIn(enter(turns, 'b'))]).toEqual([false, true]);
    small.leave();
    expect(await isIn(third)).toBe(false);
    second.leave();
    expect([await isIn(third), await isIn(fourth)]).toEqual([true, false]);
    first.leave();
    expect(await isIn(fourth)).toBe(true);
  });

  it('has room for six bodies of the largest size; a second one of a caller must be among three', async () => {
    const turns = bodyTurns();
    const held = [await enter(turns, 'a'), await enter(turns, 'a'), await enter(turns, 'b')];
    const second = enter(turns, 'b');
    expect(await isIn(second)).toBe(false);
    for (const caller of ['c', 'd', 'e']) held.push(await enter(turns, caller));
    const late = enter(turns, 'f', { timeout: 10 });
    await expect(late).rejects.toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    const seventh = enter(turns, 'g');
    expect(await isIn(seventh)).toBe(false);
    held.pop()?.leave();
    expect([await isIn(seventh), await isIn(second)]).toEqual([true, false]);
    for (const turn of held.splice(2)) turn.leave();
    (await seventh).leave();
    expect(await isIn(second)).toBe(true);
  });

  it('429: a body gets no room in time; later bodies continue', async () => {
    const turns = bodyTurns();
    const first = await enter(turns, 'a');
    const second = await enter(turns, 'a', { bytes: LIMIT / 2 });
    const late = enter(turns, 'a', { timeout: 10 });
    const behind = enter(turns, 'a', { bytes: LIMIT / 2 });
    await expect(late).rejects.toMatchObject({ status: 429, headers: { 'retry-after': '5' } });
    expect(await isIn(behind)).toBe(true);
    for (const turn of [first, second, await behind]) turn.leave();
  });

  it('frees the place of a client that went away', async () => {
    const turns = bodyTurns();
    const all = [await enter(turns, 'a'), await enter(turns, 'a')];
    const gone = new AbortController();
    const waiting = enter(turns, 'a', { gone });
    gone.abort();
    await expect(waiting).rejects.toMatchObject({ status: 400 });
    for (const turn of all) turn.leave();
    expect(await isIn(enter(turns, 'a'))).toBe(true);
  });
});

describe('the parsing of larger bodies', () => {
  it('runs all other ready work between two bodies, of one caller or of several', async () => {
    const turns = bodyTurns();
    let pass = 0;
    let isOver = false;
    const counting = (async () => {
      while (!isOver) {
        pass++;
        await nextPass();
      }
    })();
    const callers = ['a', 'b', 'c', 'd', 'a', 'a', 'b'];
    const passes = await Promise.all(
      callers.map(async (caller) => {
        const turn = await enter(turns, caller, { bytes: 1 });
        return turn.parse(() => pass);
      }),
    );
    isOver = true;
    await counting;
    expect(new Set(passes).size).toBe(callers.length);
  });

  it('continues after an invalid body', async () => {
    const turns = bodyTurns();
    const turn = await enter(turns, 'a');
    const wrong = turn.parse(() => {
      throw new Error('wrong');
    });
    await expect(wrong).rejects.toThrow('wrong');
    expect(await turn.parse(() => 'right')).toBe('right');
  });
});

describe('a server that requires tokens', () => {
  const bodyLimit = 100_000;
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ auth: 'tokens', bodyLimit });
  });
  afterAll(() => server?.stop());

  it('201: a body of another caller, while one caller fills its room with bodies that never arrive', async () => {
    const callers = await callersOf(server);
    const { id } = await callers.ok('POST', '/v1/models', { namespace: 'ai', name: 'yolo' });
    const [eve, ann] = [await callers.user({ ai: 'contributor' }), await callers.user({ ai: 'contributor' })];
    const begin = async (): Promise<RawConnection> => {
      const connection = await connectRaw(server.url);
      connection.send(
        `POST /v1/models/${id}/versions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${eve.secret}\r\n` +
          `Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: ${bodyLimit}\r\n\r\n`,
      );
      return connection;
    };
    const held = [await begin(), await begin()];
    // The server asks for a body once it has room for it.
    for (const connection of held) await connection.until(/100 Continue/);
    const description = 'x'.repeat(9_000);
    const large = (version: string) => ({
      version,
      files: [],
      description,
      metadata: { text: 'y'.repeat(20_000) },
    });
    const late = eve.api('POST', `/v1/models/${id}/versions`, large('late'));
    const isLate = late.then(() => false);
    expect((await ann.api('POST', `/v1/models/${id}/versions`, large('v1'))).status).toBe(201);
    expect(await Promise.race([isLate, sleep(0, true)])).toBe(true);
    held[0]?.socket.destroy();
    expect((await late).status).toBe(201);
    held[1]?.socket.destroy();
  });
});

import { setImmediate as nextPass } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { type Caller, type Callers, callersOf, withToken } from '../../../testing/tokens.ts';
import type { Turn } from '../../protocol/context.ts';
import { callerTurns } from './caller-turns.ts';

const MINUTE = 60_000;
const present = () => new AbortController().signal;

function turnsOf({ perCaller = 2, alone = 4, wait = MINUTE } = {}) {
  let time = 0;
  const turns = callerTurns({ perCaller, alone, wait }, () => time);
  const order: string[] = [];
  const begin = async (caller: string, name = caller, gone = present): Promise<Turn> => {
    const turn = await turns.begin(caller, gone);
    order.push(name);
    return turn;
  };
  return {
    turns,
    order,
    begin,
    pass: (ms: number) => {
      time += ms;
    },
  };
}

describe('turns of callers', () => {
  it('bound the requests of a caller that run at once, and leave those of others alone', async () => {
    const { turns, order, begin } = turnsOf();
    await begin('bob');
    const [first, second, third, fourth] = [1, 2, 3, 4].map((n) => begin('ann', `ann ${n}`));
    await begin('cem');
    expect([order, turns.running, turns.waiting]).toEqual([['bob', 'ann 1', 'ann 2', 'cem'], 4, 2]);
    (await second)?.end();
    await third;
    (await first)?.end();
    await fourth;
    expect(order.slice(4)).toEqual(['ann 3', 'ann 4']);
  });

  it('bound a caller who is alone too, also requests that wait already', async () => {
    const { turns, order, begin, pass } = turnsOf({ perCaller: 1, alone: 5 });
    const all = Array.from({ length: 20 }, () => begin('ann'));
    await nextPass();
    expect([turns.isAlone('ann'), turns.running, turns.waiting]).toEqual([true, 5, 15]);
    const bob = await begin('bob');
    expect([turns.isAlone('ann'), turns.isAlone('bob')]).toEqual([false, false]);
    for (const turn of all.slice(0, 4)) (await turn).end();
    await nextPass();
    expect([order.length, turns.running, turns.waiting]).toEqual([6, 2, 15]);
    bob.end();
    pass(MINUTE + 1);
    (await all[4])?.end();
    await nextPass();
    expect([order.length, turns.running, turns.waiting]).toEqual([11, 5, 10]);
    for (const turn of all.slice(5)) (await turn).end();
    expect([turns.running, turns.waiting]).toEqual([0, 0]);
  });

  it('a caller is at work while one of its requests runs, waits or is paused, and for a minute after', async () => {
    const { turns, begin, pass } = turnsOf({ perCaller: 1, alone: 1 });
    const running = await begin('bob');
    const gone = new AbortController();
    const waiting = begin('bob', 'bob', () => gone.signal);
    pass(2 * MINUTE);
    expect([turns.isAlone('ann'), turns.isAlone('bob')]).toEqual([false, true]);
    gone.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    running.pause();
    pass(2 * MINUTE);
    expect(turns.isAlone('ann')).toBe(false);
    running.end();
    running.end();
    await begin('ann').then((turn) => turn.end());
    pass(MINUTE);
    expect([turns.isAlone('ann'), turns.isAlone('bob')]).toEqual([false, false]);
    pass(1);
    expect([turns.isAlone('ann'), turns.isAlone('bob')]).toEqual([true, true]);
  });

  it('a large request waits for all places of its caller, and the requests behind it wait too', async () => {
    const { order, begin } = turnsOf();
    await begin('bob');
    const large = await begin('ann');
    const small = await begin('ann');
    large.pause();
    const resumed = large.resume(true).then(() => order.push('large'));
    const behind = begin('ann', 'behind');
    await nextPass();
    expect(order).toEqual(['bob', 'ann', 'ann']);
    small.end();
    await resumed;
    await nextPass();
    expect(order).toEqual(['bob', 'ann', 'ann', 'large']);
    large.end();
    await behind;
  });

  it('a paused turn lets others go on, and ending it twice frees one place', async () => {
    const { turns, begin } = turnsOf({ perCaller: 1 });
    await begin('bob');
    const turn = await begin('ann');
    turn.pause();
    const second = await begin('ann');
    turn.end();
    turn.end();
    expect(turns.running).toBe(2);
    second.end();
    expect(turns.running).toBe(1);
  });

  it('429: a request that waits too long; a client that goes away leaves the line', async () => {
    const { turns, begin } = turnsOf({ perCaller: 1, wait: 10 });
    await begin('bob');
    const first = await begin('ann');
    const gone = new AbortController();
    const left = begin('ann', 'ann', () => gone.signal);
    gone.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    await expect(begin('ann')).rejects.toMatchObject({ status: 429, headers: { 'retry-after': '2' } });
    expect(turns.waiting).toBe(0);
    first.end();
    (await begin('ann')).end();
    expect(turns.running).toBe(1);
  });
});

describe('requests of one caller', () => {
  let server: TestServer;
  let hasty: TestServer;
  let callers: Callers;
  let maintainer: Caller;
  let viewer: Caller;
  let id: string;
  beforeAll(async () => {
    server = await startTestServer({ auth: 'tokens', requestsPerCaller: 2 });
    hasty = await startTestServer(
      { auth: 'tokens', requestsPerCaller: 2, costlyWait: 100 },
      undefined,
      server,
    );
    callers = await callersOf(server);
    maintainer = await callers.user({ ai: 'maintainer' });
    viewer = await callers.user({ ai: 'viewer' });
    ({ id } = await callers.ok('POST', '/v1/models', { namespace: 'ai', name: 'm' }));
  });
  afterAll(async () => {
    await hasty?.stop();
    await server?.stop();
  });

  const patch = (at: TestServer, n: number) =>
    withToken(at, maintainer.secret)('PATCH', `/v1/models/${id}`, { description: `text ${n}` });
  const read = (at: TestServer) => withToken(at, viewer.secret)('GET', `/v1/models/${id}`);

  /** Keeps another caller at work until requests wait. */
  async function whenWaiting(at: TestServer, count: number): Promise<void> {
    while (at.ctx.turns.waiting < count) expect((await read(at)).status).toBe(200);
  }

  /** Runs while another transaction locks the model. */
  async function locked(work: () => Promise<void>): Promise<void> {
    const client = await server.db.background.connect();
    try {
      await client.query('BEGIN');
      await client.query('SELECT FROM models WHERE id = $1 FOR UPDATE', [id]);
      await work();
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  }

  it('wait for each other while another caller is at work, who is served', async () => {
    let all: ReturnType<typeof patch>[] = [];
    await locked(async () => {
      await read(server);
      all = [1, 2, 3, 4, 5, 6].map((n) => patch(server, n));
      await whenWaiting(server, 4);
      expect(server.ctx.turns.running).toBe(2);
      const { body } = await callers.admin('GET', '/metrics');
      expect(body).toMatch(/modelbox_caller_requests\{state="waiting"\} 4/);
      expect((await server.api('GET', '/readyz')).status).toBe(200);
    });
    expect((await Promise.all(all)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect([server.ctx.turns.running, server.ctx.turns.waiting]).toEqual([0, 0]);
  });

  it('are bounded while nobody else is at work, and leave a connection to a caller who comes', async () => {
    const own = await startTestServer({ auth: 'tokens', requestsPerCaller: 2 }, undefined, server);
    let all: ReturnType<typeof patch>[] = [];
    await locked(async () => {
      all = Array.from({ length: 30 }, (_, n) => patch(own, n));
      await expect.poll(() => own.ctx.turns.waiting, { interval: 10, timeout: 20_000 }).toBeGreaterThan(0);
      expect(own.ctx.turns.running).toBeLessThan(own.db.requests.options.max);
      expect((await read(own)).status).toBe(200);
    });
    expect((await Promise.all(all)).map(({ status }) => status)).toContain(200);
    expect([own.ctx.turns.running, own.ctx.turns.waiting]).toEqual([0, 0]);
    await own.stop();
  });

  it('429 with Retry-After: a request that waits too long', async () => {
    await locked(async () => {
      await read(hasty);
      const refused = await Promise.race([1, 2, 3].map((n) => patch(hasty, n)));
      expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
      expect(refused.headers.get('retry-after')).toBe('2');
    });
  });
});

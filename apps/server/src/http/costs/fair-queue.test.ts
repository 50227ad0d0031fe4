import { expect, it } from 'vitest';
import { type Asked, fairQueue, type QueueBounds, QueueFull } from './fair-queue.ts';

const MINUTE = 60_000;
/** The wait of a request whose answer has begun. */
const ENDLESS = { wait: Number.POSITIVE_INFINITY };

const BOUNDS: QueueBounds = {
  total: 2,
  perCaller: 2,
  perNamespace: 2,
  heavy: 2,
  mostWaiting: 100,
  mostWaitingPerCaller: 50,
};

function queueOf(bounds: Partial<QueueBounds> = {}) {
  const queue = fairQueue({ ...BOUNDS, ...bounds });
  const order: string[] = [];
  const leaving: (() => void)[] = [];
  const ask = (caller: string, more: Partial<Asked> = {}) =>
    queue
      .enter({
        caller,
        namespaces: [],
        isHeavy: () => false,
        wait: MINUTE,
        signal: new AbortController().signal,
        ...more,
      })
      .then((leave) => {
        order.push(caller);
        leaving.push(leave);
      });
  /** Ends the request that has run longest. */
  const end = async () => {
    leaving.shift()?.();
    await new Promise(setImmediate);
  };
  return { queue, order, ask, end };
}

it('callers take turns, even if one of them has many requests waiting', async () => {
  const { queue, order, ask, end } = queueOf();
  const greedy = Array.from({ length: 16 }, () => ask('greedy'));
  const ann = [ask('ann'), ask('ann')];
  const bob = ask('bob');
  await Promise.all(greedy.slice(0, 2));
  expect([queue.running, queue.waiting]).toEqual([2, 17]);
  while (queue.running > 0) await end();
  await Promise.all([...greedy, ...ann, bob]);
  expect(order.slice(0, 8)).toEqual(['greedy', 'greedy', 'greedy', 'ann', 'bob', 'greedy', 'ann', 'greedy']);
  expect([order.length, queue.running, queue.waiting]).toEqual([19, 0, 0]);
});

it('bounds the requests that run for one caller and in one namespace', async () => {
  const { queue, order, ask, end } = queueOf({ total: 4, perCaller: 1, perNamespace: 2 });
  const asked = [
    ask('ann', { namespaces: ['ai'] }),
    ask('ann', { namespaces: ['b'] }),
    ask('bob', { namespaces: ['ai'] }),
    ask('cem', { namespaces: ['ai'] }),
    ask('dan', { namespaces: ['b'] }),
  ];
  await Promise.all([asked[0], asked[2], asked[4]]);
  expect(order).toEqual(['ann', 'bob', 'dan']);
  await end();
  await Promise.all(asked);
  expect([order.slice(3).sort(), queue.running]).toEqual([['ann', 'cem'], 4]);
});

it('callers with much recent cost leave places to others', async () => {
  const { queue, order, ask, end } = queueOf({ total: 3, perCaller: 3, heavy: 2 });
  const heavy = { isHeavy: () => true };
  const asked = ['h1', 'h2', 'h3'].map((caller) => ask(caller, heavy));
  await ask('light');
  expect([order, queue.waiting]).toEqual([['h1', 'h2', 'light'], 1]);
  await end();
  await Promise.all(asked);
});

it('refuses a request without a place, and says whose requests fill the queue', async () => {
  const { queue, ask, end } = queueOf({ total: 2, perCaller: 1, mostWaitingPerCaller: 1, mostWaiting: 2 });
  await ask('ann');
  const waiting = ask('ann');
  await expect(ask('ann')).rejects.toMatchObject({ reason: 'caller' });
  await ask('bob');
  await expect(ask('cem', { wait: 1 })).rejects.toMatchObject({ reason: 'server' });
  await expect(ask('bob', { wait: 1 })).rejects.toBeInstanceOf(QueueFull);
  const second = ask('dan');
  await expect(ask('eve')).rejects.toMatchObject({ reason: 'server' });
  await end();
  await end();
  await Promise.all([waiting, second]);
  expect(queue.waiting).toBe(0);
});

it('a full queue drops the last request of the caller with most waiting, and accepts another caller', async () => {
  const { queue, order, ask, end } = queueOf({ total: 1, mostWaiting: 3 });
  const greedy = Array.from({ length: 4 }, () => ask('greedy'));
  const refused = expect(greedy[3]).rejects.toMatchObject({ reason: 'caller' });
  const ann = ask('ann');
  await refused;
  await expect(ask('greedy')).rejects.toMatchObject({ reason: 'server' });
  expect(queue.waiting).toBe(3);
  while (queue.running > 0) await end();
  await Promise.all([...greedy.slice(0, 3), ann]);
  expect(order).toEqual(['greedy', 'greedy', 'ann', 'greedy']);
});

it('a request whose answer has begun stays in the queue, however many others of its caller wait', async () => {
  const { queue, order, ask, end } = queueOf({ total: 1, mostWaitingPerCaller: 3, mostWaiting: 4 });
  await ask('bob');
  const lists = Array.from({ length: 3 }, () => ask('ann'));
  await expect(ask('ann')).rejects.toMatchObject({ reason: 'caller' });
  const begun = [ask('ann', ENDLESS), ask('ann', ENDLESS)];
  const others = [ask('cem')];
  const dropped = expect(lists[2]).rejects.toMatchObject({ reason: 'caller' });
  others.push(ask('dan'));
  await dropped;
  expect(queue.waiting).toBe(6);
  while (queue.running > 0) await end();
  await Promise.all([...lists.slice(0, 2), ...begun, ...others]);
  expect(order).toEqual(['bob', 'ann', 'cem', 'dan', 'ann', 'ann', 'ann']);
});

it('requests whose answers have begun use no waiting place of others', async () => {
  const { queue, ask, end } = queueOf({ total: 1, mostWaitingPerCaller: 1, mostWaiting: 2 });
  await ask('bob');
  const waiting = [...Array.from({ length: 5 }, () => ask('ann', ENDLESS)), ask('ann'), ask('cem')];
  expect(queue.waiting).toBe(7);
  await expect(ask('dan')).rejects.toMatchObject({ reason: 'server' });
  while (queue.running > 0) await end();
  await Promise.all(waiting);
});

it('a caller that goes away leaves the queue', async () => {
  const { queue, ask } = queueOf({ total: 1 });
  await ask('ann');
  const gone = new AbortController();
  const waiting = ask('bob', { signal: gone.signal });
  expect(queue.waiting).toBe(1);
  gone.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  expect(queue.waiting).toBe(0);
  await expect(ask('bob', { signal: gone.signal })).rejects.toThrow('gone');
});

it('counts the requests of a caller that became heavy while they ran', async () => {
  const { queue, order, ask, end } = queueOf({ total: 4, perCaller: 3, heavy: 1 });
  let isHeavy = false;
  const caller = { isHeavy: () => isHeavy };
  await Promise.all([ask('ann', caller), ask('ann', caller)]);
  isHeavy = true;
  const waiting = [ask('ann', caller), ask('bob', caller)];
  await ask('light');
  expect([order, queue.waiting]).toEqual([['ann', 'ann', 'light'], 2]);
  await end();
  expect(queue.waiting).toBe(2);
  await end();
  expect(queue.waiting).toBe(1);
  await end();
  await end();
  await Promise.all(waiting);
  expect(order.slice(3).sort()).toEqual(['ann', 'bob']);
});

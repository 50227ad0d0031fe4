import type pg from 'pg';
import { afterEach, expect, it, vi } from 'vitest';
import { openLease } from './lease.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('ends a statement at the deadline, also if the connection came late', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
  const cut = vi.fn();
  // It never answers, so the lease cuts it 5 s after the deadline.
  const client = { query: () => new Promise(() => {}), processID: null, secretKey: null, cut };
  const pool = {
    connect: () => new Promise((resolve) => void setTimeout(() => resolve(client), 300)),
  } as unknown as pg.Pool;
  const opening = openLease(pool, 1, 900);
  await vi.advanceTimersByTimeAsync(300);
  const lease = await opening;
  void lease.pool.query('SELECT 1');
  await vi.advanceTimersByTimeAsync(600 + 4_999);
  expect(cut).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(cut).toHaveBeenCalled();
});

import { LRUCache } from 'lru-cache';

/** Length of a window in milliseconds. */
const WINDOW = 60_000;
/** Most keys that are counted. Other limits stop a client with more addresses. */
const MOST_KEYS = 100_000;

export interface Left {
  readonly remaining: number;
  readonly resetSeconds: number;
  readonly isOver: boolean;
}

/** Counts by key in fixed windows of a minute, in the memory of this server. */
export interface RateWindow {
  readonly quota: number;
  /** Counts `amount`, by default 1. */
  take(key: string, now: number, amount?: number): Left;
  spent(key: string, now: number): number;
  left(key: string, now: number): Left;
  /** The window if its quota is used up, else undefined. Does not count. */
  exceeded(key: string, now: number): Left | undefined;
}

/** @param quota for each key and minute; 0 sets no limit, and the result is undefined. */
export function rateWindow(quota: number): RateWindow | undefined {
  if (quota === 0) return undefined;
  const counts = new LRUCache<string, { count: number; since: number }>({ max: MOST_KEYS });
  const find = (key: string, now: number) => {
    const there = counts.get(key);
    // If the clock is set back, the window of a later time ends at once.
    return there && now >= there.since && now < there.since + WINDOW ? there : undefined;
  };
  const left = ({ count, since }: { count: number; since: number }, now: number): Left => ({
    remaining: Math.max(0, quota - count),
    resetSeconds: Math.ceil((since + WINDOW - now) / 1000),
    isOver: count > quota,
  });
  return {
    quota,
    take(key, now, amount = 1) {
      const window = find(key, now) ?? { count: 0, since: now };
      if (window.count === 0) counts.set(key, window);
      window.count += amount;
      return left(window, now);
    },
    spent: (key, now) => find(key, now)?.count ?? 0,
    left: (key, now) => left(find(key, now) ?? { count: 0, since: now }, now),
    exceeded(key, now) {
      const window = find(key, now);
      return window && window.count >= quota ? left(window, now) : undefined;
    },
  };
}

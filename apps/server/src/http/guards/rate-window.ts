import { LRUCache } from 'lru-cache';

/** Milliseconds in which requests are counted together. */
const WINDOW = 60_000;
/** Keys that are counted at most: whoever comes from more addresses than that is stopped elsewhere. */
const MOST_KEYS = 100_000;

/** How much is left in the present window. */
export interface Left {
  readonly remaining: number;
  /** Seconds until the count begins anew. */
  readonly resetSeconds: number;
  /** Whether this was one too many. */
  readonly isOver: boolean;
}

/** Counts by key in fixed windows of a minute, in the memory of this server. */
export interface RateWindow {
  readonly quota: number;
  /** Counts `amount`, by default 1. */
  take(key: string, now: number, amount?: number): Left;
  /** The amount that was counted so far, without counting. */
  spent(key: string, now: number): number;
  /** How much is left, without counting. */
  left(key: string, now: number): Left;
  /** Whether nothing is left, without counting. Otherwise undefined. */
  exceeded(key: string, now: number): Left | undefined;
}

/** @param quota for each key and minute; 0: undefined, no limit. */
export function rateWindow(quota: number): RateWindow | undefined {
  if (quota === 0) return undefined;
  const counts = new LRUCache<string, { count: number; since: number }>({ max: MOST_KEYS });
  const find = (key: string, now: number) => {
    const there = counts.get(key);
    // A clock that was set back does not keep anybody out for longer than a window.
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

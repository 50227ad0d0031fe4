import { prepared } from '@modelbox/db';
import { LRUCache } from 'lru-cache';
import type { Context } from '../protocol/context.ts';
import type { Identity } from './identity.ts';

/** Milliseconds between two reads of what has changed. A revoked token can still be used for this long. */
const ASK_AFTER = 1_000;
/** Milliseconds for which a verified JWT is not verified again. */
const SIGNATURE_GOOD_FOR = 10_000;
/** Bounds of the cache: callers, and namespaces on which all of them have roles. */
const MOST_CALLERS = 50_000;
const MOST_GRANTS = 500_000;

const LAST_EPOCH = '9223372036854775807';

const changedSince = prepared<[epoch: string], { epoch: string; principals: string[] }>(
  'access_changed_since',
  `SELECT epoch::text, CASE WHEN pruned_epoch > $1::bigint THEN ARRAY['*']
     ELSE ARRAY(SELECT principal FROM access_changes WHERE epoch > $1::bigint) END AS principals FROM access_epoch`,
);

interface Caller {
  readonly identity: Identity;
  /** By `performance.now()`; infinite for callers that only a change invalidates. */
  readonly until: number;
}

const isFresh = (ctx: Context, { identity, until }: Caller): boolean =>
  until > performance.now() && (identity.lookAgainAt ?? Number.POSITIVE_INFINITY) > ctx.now().getTime();

export type Find = (ctx: Context, secret: string) => Promise<Identity | undefined>;

export interface CallerCache {
  /** @param when `anew`: with current rights; otherwise with the rights of at most a second ago. */
  readonly get: (
    ctx: Context,
    key: string,
    secret: string,
    when: 'anew' | undefined,
  ) => Promise<Identity | undefined>;
  /** Whether the last lookup of a key found a caller, even if the cache has dropped that caller since. */
  readonly isKnown: (key: string) => boolean;
  /** Marks the cache as stale: the next request reads what has changed. */
  readonly invalidate: () => void;
}

/**
 * Caches callers until their rights change. Triggers record changes in the database; once a second, one query of some
 * request reads them for all cached callers. If that query fails, no caller is admitted.
 */
export function createCallerCache(find: Find): CallerCache {
  const callers = new LRUCache<string, Caller>({
    max: MOST_CALLERS,
    maxSize: MOST_GRANTS + MOST_CALLERS,
    sizeCalculation: ({ identity: { actor } }) => 1 + (actor.grants === 'all' ? 0 : actor.grants.size),
  });
  const good = new LRUCache<string, true>({ max: MOST_CALLERS });
  /** Running lookups: concurrent requests share one. */
  const finding = new Map<string, Promise<Identity | undefined>>();
  let epoch: string | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  let doubtedAt = Number.NEGATIVE_INFINITY;

  /** Drops the callers whose rights changed, and all running lookups, which may have read older rights. */
  function forget(principals: ReadonlySet<string>): void {
    finding.clear();
    const isAll = principals.has('*');
    for (const [key, { identity }] of [...callers.entries()]) {
      const { name, groups = [] } = identity.actor;
      if (isAll || principals.has(name) || groups.some((group) => principals.has(group))) callers.delete(key);
    }
  }

  async function askNow({ db }: Context): Promise<void> {
    const began = performance.now();
    const [row] = await changedSince(db.requests, epoch ?? LAST_EPOCH);
    if (row === undefined) throw new Error('access_epoch has no row');
    // The epoch went back: this is another database, restored from a copy.
    if (epoch === undefined || BigInt(row.epoch) < BigInt(epoch)) forget(new Set(['*']));
    else if (row.principals.length > 0) forget(new Set(row.principals));
    epoch = row.epoch;
    askedAt = began;
  }
  let asking: Promise<void> | undefined;
  const ask = (ctx: Context): Promise<void> => {
    asking ??= askNow(ctx).finally(() => {
      asking = undefined;
    });
    return asking;
  };
  const askAnew = async (ctx: Context): Promise<void> => {
    await asking?.catch(() => {});
    await ask(ctx);
  };

  function look(ctx: Context, key: string, secret: string): Promise<Identity | undefined> {
    const running = find(ctx, secret).then((identity) => {
      if (identity === undefined) good.delete(key);
      else if (identity.actor.tokenId !== undefined) good.set(key, true);
      // Unknown secrets are not cached: anybody could fill the cache.
      if (identity && finding.get(key) === running) {
        const until =
          identity.actor.tokenId === undefined ? performance.now() + SIGNATURE_GOOD_FOR : Infinity;
        callers.set(key, { identity, until });
      }
      return identity;
    });
    finding.set(key, running);
    const done = () => {
      if (finding.get(key) === running) finding.delete(key);
    };
    running.then(done, done);
    return running;
  }

  return {
    get: async (ctx, key, secret, when) => {
      if (when === 'anew' || askedAt < doubtedAt) await askAnew(ctx);
      else if (performance.now() - askedAt > ASK_AFTER) await ask(ctx);
      const there = callers.get(key);
      if (there && isFresh(ctx, there)) return there.identity;
      return finding.get(key) ?? look(ctx, key, secret);
    },
    isKnown: (key) => good.has(key),
    invalidate: () => {
      doubtedAt = performance.now();
    },
  };
}

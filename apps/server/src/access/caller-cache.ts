import { prepared } from '@modelbox/db';
import { LRUCache } from 'lru-cache';
import type { Context } from '../protocol/context.ts';
import type { Identity } from './identity.ts';

/** Milliseconds after which the database is asked what has changed: so long can a token that was revoked still be used. */
const ASK_AFTER = 1_000;
/** Milliseconds that a token of an issuer is good for without looking at its keys again. */
const SIGNATURE_GOOD_FOR = 10_000;
/** Bounds of the memory: callers, and namespaces on which they have roles, all together. */
const MOST_CALLERS = 50_000;
const MOST_GRANTS = 500_000;

/** In Postgres' order no epoch is greater. */
const LAST_EPOCH = '9223372036854775807';

const changedSince = prepared<[epoch: string], { epoch: string; principals: string[] }>(
  'access_changed_since',
  `SELECT epoch::text, CASE WHEN pruned_epoch > $1::bigint THEN ARRAY['*']
     ELSE ARRAY(SELECT principal FROM access_changes WHERE epoch > $1::bigint) END AS principals FROM access_epoch`,
);

interface Caller {
  readonly identity: Identity;
  /** By `performance.now()`; infinite: as long as nothing changes. */
  readonly until: number;
}

const isFresh = (ctx: Context, { identity, until }: Caller): boolean =>
  until > performance.now() && (identity.lookAgainAt ?? Number.POSITIVE_INFINITY) > ctx.now().getTime();

/** Finds out who has a secret, by whatever it is looked up. Undefined: nobody. */
export type Find = (ctx: Context, secret: string) => Promise<Identity | undefined>;

/** What was found of callers, by a key that stands for their secret. */
export interface CallerCache {
  /** @param when `anew`: as it is now; otherwise as it was within the last second. */
  readonly get: (
    ctx: Context,
    key: string,
    secret: string,
    when: 'anew' | undefined,
  ) => Promise<Identity | undefined>;
  /** Whether somebody was found under a key when it was last looked up, be it that what was found is forgotten since. */
  readonly isKnown: (key: string) => boolean;
  /** Has the next request ask what has changed: something has. */
  readonly invalidate: () => void;
}

/**
 * Remembers callers until something of theirs changes. All servers see changes that the database tells: once a second,
 * by whatever request comes, one small question is asked for all that are remembered. Where it is not answered nobody is
 * let in.
 */
export function createCallerCache(find: Find): CallerCache {
  const callers = new LRUCache<string, Caller>({
    max: MOST_CALLERS,
    maxSize: MOST_GRANTS + MOST_CALLERS,
    sizeCalculation: ({ identity: { actor } }) => 1 + (actor.grants === 'all' ? 0 : actor.grants.size),
  });
  /** Keys of tokens under which somebody was found. */
  const good = new LRUCache<string, true>({ max: MOST_CALLERS });
  /** Questions under way: requests of the same moment ask once. */
  const finding = new Map<string, Promise<Identity | undefined>>();
  let epoch: string | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  let doubtedAt = Number.NEGATIVE_INFINITY;

  /** Forgets whoever has changed, and what is being found: it may have been read before that. */
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
    // Going back it is another database, restored from a copy.
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
  /** By a question that begins later than now. */
  const askAnew = async (ctx: Context): Promise<void> => {
    await asking?.catch(() => {});
    await ask(ctx);
  };

  function look(ctx: Context, key: string, secret: string): Promise<Identity | undefined> {
    const running = find(ctx, secret).then((identity) => {
      if (identity === undefined) good.delete(key);
      else if (identity.actor.tokenId !== undefined) good.set(key, true);
      // Who is unknown is not remembered: anybody could fill the memory.
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

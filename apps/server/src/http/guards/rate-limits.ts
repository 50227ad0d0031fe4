import { isIP } from 'node:net';
import type { FastifyReply } from 'fastify';
import { LRUCache } from 'lru-cache';
import { plainAddress } from '../../config/addresses.ts';
import type { Context, RateLimits } from '../../protocol/context.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import type { Settings } from '../../protocol/settings.ts';
import { type Left, type RateWindow, rateWindow } from './rate-window.ts';

export type LimitName = 'address' | 'identity' | 'failures' | 'cost';

/** Milliseconds of long requests in a minute from which a caller leaves most places to others. */
const HEAVY = 2_000;

/** An open server has no limits: everybody who reaches it is its administrator. */
export function rateLimits(settings: Settings): RateLimits {
  const isOpen = settings.auth === 'open';
  const windows: Record<LimitName, RateWindow | undefined> = {
    address: rateWindow(isOpen ? 0 : settings.rateLimitAddress),
    identity: rateWindow(isOpen ? 0 : settings.rateLimitIdentity),
    failures: rateWindow(isOpen ? 0 : settings.rateLimitFailures),
    cost: rateWindow(isOpen ? 0 : settings.rateLimitCost || ANY),
  };

  const long = rateWindow(isOpen ? 0 : ANY);

  function count(ctx: Context, name: LimitName, key: string, reply: FastifyReply): void {
    const window = windows[name];
    if (window === undefined) return;
    const left = window.take(key, ctx.now().getTime());
    if (left.isOver) throw tooMany(ctx, name, window, left);
    reply.headers(headersOf(name, window, left));
  }

  function demandLeft(ctx: Context, name: LimitName, key: string): void {
    const window = windows[name];
    const left = window?.exceeded(key, ctx.now().getTime());
    if (window && left) throw tooMany(ctx, name, window, left);
  }

  return {
    byAddress: (ctx, reply, address) => count(ctx, 'address', networkKey(address), reply),
    byIdentity: (ctx, reply, actor) => count(ctx, 'identity', actor.name, reply),
    demandFewFailures: (ctx, address) => demandLeft(ctx, 'failures', networkKey(address)),
    demandCost: (ctx, actor) => demandLeft(ctx, 'cost', actor.name),
    countCost({ clock }, actor, ms, longMs) {
      // Not the time of the request, which may have begun long ago.
      const now = clock.now().getTime();
      windows.cost?.take(actor.name, now, Math.max(1, Math.ceil(ms)));
      if (longMs > 0) long?.take(actor.name, now, Math.ceil(longMs));
    },
    isHeavy: ({ clock }, actor) => (long?.spent(actor.name, clock.now().getTime()) ?? 0) > HEAVY,
    tellCost(ctx, reply, actor) {
      const window = windows.cost;
      if (window === undefined || window.quota === ANY) return;
      const told = headersOf('cost', window, window.left(actor.name, ctx.now().getTime()));
      for (const [name, value] of Object.entries(told)) {
        const before = reply.getHeader(name);
        reply.header(name, before === undefined ? value : `${String(before)}, ${value}`);
      }
    },
    countFailure: (ctx, address) => void windows.failures?.take(networkKey(address), ctx.now().getTime()),
  };
}

/** Formats the fields of draft-ietf-httpapi-ratelimit-headers-10 as structured fields (RFC 9651). */
const headersOf = (name: LimitName, { quota }: RateWindow, { remaining, resetSeconds }: Left) => ({
  'ratelimit-policy': `"${name}";q=${quota};w=60`,
  ratelimit: `"${name}";r=${remaining};t=${resetSeconds}`,
});

/** Quota of a limit that counts but never refuses. */
const ANY = Number.MAX_SAFE_INTEGER;

const WORDS: Record<LimitName, (quota: number) => string> = {
  address: (quota) => `There were more than ${quota} requests from this address`,
  identity: (quota) => `There were more than ${quota} requests of this caller`,
  failures: (quota) => `There were more than ${quota} requests without valid credentials from this address`,
  cost: (quota) => `This caller used more than ${quota} ms for lists, previews and similar requests`,
};

function tooMany({ telemetry }: Context, name: LimitName, window: RateWindow, left: Left): HttpProblem {
  telemetry.limited(name);
  return new HttpProblem(
    'rate_limited',
    `${WORDS[name](window.quota)} within a minute. Try again in ${left.resetSeconds} s.`,
    {},
    { 'retry-after': String(left.resetSeconds), ...headersOf(name, window, left) },
  );
}

/** Characters of the longest address: IPv4 within IPv6, with a zone. */
const LONGEST_ADDRESS = 64;
const NO_ADDRESS = 'none';

// Parsing an IPv6 address would dominate the cost of a check.
const networks = new LRUCache<string, string>({ max: 10_000, memoMethod: networkOf });

/** Returns the same as `networkOf`, from a cache. */
export const networkKey = (address: string): string =>
  address.length > LONGEST_ADDRESS ? NO_ADDRESS : networks.memo(address);

/**
 * Returns the key that counts as one address: for IPv6 the /64 network, because one client usually has 2^64 addresses.
 * All malformed addresses share one key.
 */
export function networkOf(address: string): string {
  const plain = plainAddress(address).replace(/%.*$/, '');
  const family = isIP(plain);
  // A proxy may forward any text as the address.
  if (family !== 6) return family === 4 ? plain : NO_ADDRESS;
  const [head = '', tail] = plain.toLowerCase().split('::');
  const before = head.split(':').filter(Boolean);
  const after = tail?.split(':').filter(Boolean) ?? [];
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

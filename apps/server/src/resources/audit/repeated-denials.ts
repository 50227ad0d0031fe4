import type { Database } from '@modelbox/db';
import type { Context } from '../../protocol/context.ts';
import { type AuditEvent, storeEvent } from './events.ts';

const MINUTE = 60_000;
/** Most callers that are counted separately in a minute: an attack from many addresses must not fill the memory. */
const MOST_CALLERS = 50_000;

/** The denied attempts of the current minute on this server. */
interface Tally {
  began: number;
  readonly recorded: Map<string, number>;
  /** Further attempts, by caller and operation. */
  groups: Map<string, AuditEvent>;
  failedAt: number;
}

const tallies = new WeakMap<Database, Tally>();

function tallyOf({ db }: Context): Tally {
  let tally = tallies.get(db);
  if (tally === undefined) {
    tally = {
      began: performance.now(),
      recorded: new Map(),
      groups: new Map(),
      failedAt: Number.NEGATIVE_INFINITY,
    };
    tallies.set(db, tally);
  }
  return tally;
}

/** Milliseconds for which the audit counts as failing after a failure. */
const FAILING = 5_000;

/** Whether a denied attempt could not be stored within the last seconds. */
export const failedLately = (ctx: Context): boolean => performance.now() - tallyOf(ctx).failedAt < FAILING;

async function storeOne(ctx: Context, event: AuditEvent): Promise<void> {
  const tally = tallyOf(ctx);
  try {
    await storeEvent(ctx.db.audit, event);
    tally.failedAt = Number.NEGATIVE_INFINITY;
  } catch (error) {
    tally.failedAt = performance.now();
    throw error;
  }
}

/**
 * Stores a denied attempt at once. Beyond `MODELBOX_AUDIT_DENIALS` per caller and minute, only counts it, per
 * operation: denied callers must not fill the disk. While storing fails, tries to store every attempt, so that each
 * caller gets the error.
 */
export async function storeDenial(ctx: Context, event: AuditEvent): Promise<void> {
  const most = ctx.settings.auditDenials;
  if (most === 0) return storeOne(ctx, event);
  const tally = tallyOf(ctx);
  if (performance.now() - tally.began >= MINUTE) await storeRepeatedDenials(ctx);
  const sender = event.actor ?? event.address ?? '';
  const caller = tally.recorded.has(sender) || tally.recorded.size < MOST_CALLERS ? sender : '';
  const count = tally.recorded.get(caller) ?? 0;
  if (count < most) tally.recorded.set(caller, count + 1);
  if (count < most || failedLately(ctx)) return storeOne(ctx, event);
  if (!event.isDecoy) addTo(tally, JSON.stringify([caller, event.route, event.method, event.status]), event);
}

/** Adds an attempt to its group. The group keeps only the values that all its attempts share. */
function addTo({ groups }: Tally, key: string, event: AuditEvent): void {
  const group = groups.get(key);
  const { at, repeats = 1, lastAt = at } = event;
  const shared = <K extends 'actor' | 'tokenId' | 'address'>(name: K) =>
    group === undefined || group[name] === event[name] ? event[name] : null;
  groups.set(key, {
    ...event,
    ...{ actor: shared('actor'), tokenId: shared('tokenId'), address: shared('address') },
    ...{ hash: null, permission: null, kind: null, objectId: null, namespace: null, name: null },
    // Requests may arrive here in another order than they began.
    at: group && group.at < at ? group.at : at,
    lastAt: group?.lastAt && group.lastAt > lastAt ? group.lastAt : lastAt,
    repeats: (group?.repeats ?? 0) + repeats,
    detail:
      'Counts further attempts of this caller: more attempts were denied in a minute than the audit records one ' +
      'by one.',
  });
}

/** Stores the counts, and begins a new minute. Counts that cannot be stored are kept. */
export async function storeRepeatedDenials(ctx: Context): Promise<void> {
  const tally = tallyOf(ctx);
  const { groups } = tally;
  tally.began = performance.now();
  tally.recorded.clear();
  tally.groups = new Map();
  const stored = await Promise.allSettled(
    [...groups].map(([key, event]) =>
      storeEvent(ctx.db.audit, event).catch((error: unknown) => {
        addTo(tally, key, event);
        throw error;
      }),
    ),
  );
  const failure = stored.find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
}

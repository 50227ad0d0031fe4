import type { Pool, PoolClient } from 'pg';
import type { Logger } from 'pino';
import { type Loop, startLoop } from './loop.ts';
import { systemTime, type TimeSource } from './time-source.ts';

export const DOUBTS = ['skew', 'jump', 'unread'] as const;
export type Doubt = { readonly reason: (typeof DOUBTS)[number]; readonly words: string };

/**
 * The clock of all servers on a database: the database's own clock. Every time that is stored or compared comes from
 * this clock or from the database itself, never from the machine.
 *
 * | what | which clock |
 * |---|---|
 * | `latest`, newest of a running experiment, ties of `best`, labels, promotions | none: sequence `created_order` |
 * | order of changes, alias moves, policy edits, decisions, received metric points | none: sequences |
 * | createdAt, updatedAt, deletedAt, ids (UUIDv7), `at` of changes and audit, orders and cursors of lists | `now()` |
 * | expiry of tokens and JWTs (plus `MODELBOX_OIDC_CLOCK_SKEW`), idempotency keys, uploads, signed URLs | `now()` |
 * | retention, grace, `staleAfter`, `minAge`, purge, sweeps, end of uploads, audit events | `now()` if `judgesAge()` |
 * | claims: retention runs, verification of blobs and uploads, policy work | `now()` or SQL; a future claim is void |
 * | age of files in the store | the earlier of the store's clock and `now()` (`workers/store/store-time.ts`) |
 * | rate limits, leases and caches in memory | `now()` or `performance.now()`; no other server sees them |
 */
export interface Clock {
  /** The database's time. It goes back only if the database's clock jumps. */
  readonly now: () => Date;
  /** Reads the database's clock. Returns whether this server may decide by age until its next call. */
  readonly judgesAge: () => Promise<boolean>;
  /** Why this server takes no decisions by age, as of the last reading. */
  readonly doubt: () => Doubt | undefined;
  /** Milliseconds by which this machine's clock is ahead of the database's. */
  readonly skew: () => number;
  readonly doubts: Readonly<Record<Doubt['reason'], number>>;
}

/** Milliseconds between two readings of the loop. */
const INTERVAL = 5_000;
/** Milliseconds by which two clocks may differ, beyond the error of a reading. */
export const TOLERANCE = 1_000;
/** Largest error of a good reading, and of a usable one, in milliseconds. */
const GOOD = 5;
const USABLE = 500;
const READINGS = 3;
/** Milliseconds without a reading after which the clock is unknown. */
const STALE = 60_000;
/** Least milliseconds that decisions by age wait after a jump. */
const HOLD = 600_000;
/** Possible drift of a steady clock (0.1 %). Computers stay well below 0.05 %. */
const DRIFT = 0.001;

interface Reading {
  /** Milliseconds to add to the steady clock to get the database's time. */
  readonly offset: number;
  /** Possible error of the offset in milliseconds: half of the round trip. */
  readonly error: number;
  readonly at: number;
}

/** A pause of decisions by age on all servers, by the database's clock. */
interface Hold {
  readonly beganAt: Date;
  readonly endsAt: Date;
  readonly jumpMs: number;
}

const READ = `SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS micros,
  (SELECT json_build_array(h.began_at, h.ends_at, h.jump_ms) FROM clock_hold h) AS hold`;

const HOLD_ALL = `INSERT INTO clock_hold AS h (id, began_at, ends_at, jump_ms) VALUES (1, $1, $2, $3)
  ON CONFLICT (id) DO UPDATE SET began_at = EXCLUDED.began_at, jump_ms = EXCLUDED.jump_ms,
    ends_at = CASE WHEN h.began_at <= EXCLUDED.began_at THEN greatest(h.ends_at, EXCLUDED.ends_at)
                   ELSE EXCLUDED.ends_at END`;

export async function openClock(pool: Pool, log: Logger, source: TimeSource = systemTime()): Promise<Clock> {
  const doubts = { skew: 0, jump: 0, unread: 0 };
  let doubted: Doubt['reason'] | undefined;
  let last: Reading | undefined;
  let hold: Hold | undefined;
  let shown = 0;
  let reading: Promise<void> | undefined;

  const timeOf = ({ offset }: Pick<Reading, 'offset'>): number => source.steady() + offset;

  async function readOnce(client: PoolClient): Promise<Reading> {
    const before = source.steady();
    const { rows } = await client.query<{ micros: number; hold: [string, string, number] | null }>(READ);
    const after = source.steady();
    const [row] = rows;
    if (row === undefined) throw new Error('the database returned no time');
    hold = row.hold
      ? { beganAt: new Date(row.hold[0]), endsAt: new Date(row.hold[1]), jumpMs: row.hold[2] }
      : undefined;
    const error = (after - before) / 2;
    return { offset: source.database(row.micros / 1000) - before - error, error, at: after };
  }

  /** Reads up to `READINGS` times, until a reading is good. Returns the best one. */
  async function readBest(client: PoolClient): Promise<Reading> {
    let best = await readOnce(client);
    for (let n = 1; n < READINGS && best.error > GOOD; n++) {
      const next = await readOnce(client);
      if (next.error < best.error) best = next;
    }
    return best;
  }

  async function read(): Promise<void> {
    const client = await pool.connect();
    try {
      const best = await readBest(client);
      if (best.error > USABLE && last !== undefined) return;
      const jump = last === undefined ? 0 : best.offset - last.offset;
      const explained = last === undefined ? 0 : last.error + best.error + (best.at - last.at) * DRIFT;
      if (Math.abs(jump) > TOLERANCE + explained) await holdAll(client, jump, timeOf(best));
      last = best;
    } finally {
      client.release();
    }
  }

  /** The jump makes all ages wrong. A pause of the same length leaves each object at least half of its time. */
  async function holdAll(client: PoolClient, jump: number, now: number): Promise<void> {
    hold = { beganAt: new Date(now), endsAt: new Date(now + Math.max(jump, HOLD)), jumpMs: Math.round(jump) };
    await client.query(HOLD_ALL, [hold.beganAt, hold.endsAt, hold.jumpMs]);
  }

  const skew = (): number => (last === undefined ? 0 : source.wall() - timeOf(last));

  function doubt(): Doubt | undefined {
    if (last === undefined || source.steady() - last.at > STALE) return { reason: 'unread', words: UNREAD };
    const ahead = skew();
    if (Math.abs(ahead) > TOLERANCE + last.error) return { reason: 'skew', words: skewWords(ahead) };
    const now = timeOf(last);
    // If the database's clock is set back, a hold may lie in the future. Such a hold is void.
    const isHeld = hold && hold.beganAt.getTime() <= now + TOLERANCE && now < hold.endsAt.getTime();
    return hold && isHeld ? { reason: 'jump', words: jumpWords(hold) } : undefined;
  }

  function tell(): void {
    const found = doubt();
    if (found?.reason === doubted) return;
    doubted = found?.reason;
    if (found === undefined) {
      log.info('the clocks agree again: decisions by age resume');
      return;
    }
    doubts[found.reason] += 1;
    log.warn({ clock: found.reason }, found.words);
  }

  const judgesAge = async (): Promise<boolean> => {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    await reading;
    tell();
    return doubt() === undefined;
  };

  await judgesAge();
  return {
    now: () => {
      const now = last === undefined ? source.wall() : timeOf(last);
      shown = now < shown && shown - now < TOLERANCE ? shown : now;
      return new Date(shown);
    },
    judgesAge,
    doubt,
    skew,
    doubts,
  };
}

export const startClock = (clock: Clock, log: Logger): Loop =>
  startLoop('clock', INTERVAL, log, async () => void (await clock.judgesAge()));

const WAIT = 'Retention, purging and other decisions by age wait on this server';

const UNREAD = `The database's clock could not be read within the last minute. ${WAIT} until it can.`;

const skewWords = (ahead: number): string =>
  `This server's clock is ${(Math.abs(ahead) / 1000).toFixed(1)} s ` +
  `${ahead > 0 ? 'ahead of' : 'behind'} the database's. ` +
  `${WAIT} until they differ by less than a second: check the time synchronization of both machines.`;

const jumpWords = ({ jumpMs, endsAt }: Hold): string =>
  `The database's clock was set ${jumpMs > 0 ? 'forward' : 'back'} by ${(Math.abs(jumpMs) / 1000).toFixed(1)} s. ` +
  `${WAIT} until ${endsAt.toISOString()}: check the clock of the database's machine.`;

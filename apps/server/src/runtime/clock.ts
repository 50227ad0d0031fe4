import type { Pool, PoolClient } from 'pg';
import type { Logger } from 'pino';
import { type Loop, startLoop } from './loop.ts';
import { systemTime, type TimeSource } from './time-source.ts';

/** Why a server takes no decision by age. */
export const DOUBTS = ['skew', 'jump', 'unread'] as const;
export type Doubt = { readonly reason: (typeof DOUBTS)[number]; readonly words: string };

/**
 * The one clock of all servers on a database: the database's. Everything that is stored or compared takes its time from
 * here or from the database itself, never from the machine.
 *
 * | what | which clock |
 * |---|---|
 * | `latest`, the newest of a running experiment, ties of `best`, labels and promotions | no clock: `created_order`, a sequence |
 * | order of changes, alias moves, policy edits, decisions, metric points received | no clock: sequences |
 * | createdAt, updatedAt, deletedAt, ids (UUIDv7), `at` of changes and audit, default orders and cursors of lists | `now()` |
 * | expiry of tokens and JWTs (plus `MODELBOX_OIDC_CLOCK_SKEW`), idempotency keys, uploads, signed URLs | `now()` |
 * | retention, grace, `staleAfter`, `minAge`, purge, sweeps, forgetting of uploads and audit events | `now()`, and only if `judgesAge()` |
 * | claims: retention runs, verification of blobs and uploads, policy work | `now()` or SQL; a claim in the future is void |
 * | age of files in the store | the store's own clock, or `now()` if that is earlier (`workers/store/store-time.ts`) |
 * | rate limits, leases and caches in memory | `now()` or `performance.now()`; no other server sees them |
 */
export interface Clock {
  /** The database's time. Never goes back, but for a jump of the database's clock. */
  readonly now: () => Date;
  /** Reads the database's clock, and gives whether this server may decide by age until it has to ask again. */
  readonly judgesAge: () => Promise<boolean>;
  /** Why it may not, as of the last reading. */
  readonly doubt: () => Doubt | undefined;
  /** Milliseconds by which this machine's clock is ahead of the database's. */
  readonly skew: () => number;
  /** How often each doubt has arisen. */
  readonly doubts: Readonly<Record<Doubt['reason'], number>>;
}

/** Milliseconds between two readings where nobody asks. */
const INTERVAL = 5_000;
/** Milliseconds by which two clocks may differ, beyond the error of a reading. */
export const TOLERANCE = 1_000;
/** Milliseconds of error with which a reading is good, and with which it is still of use. */
const GOOD = 5;
const USABLE = 500;
const READINGS = 3;
/** Milliseconds without a reading after which the clock is unknown. */
const STALE = 60_000;
/** Milliseconds that decisions by age wait at least after a jump. */
const HOLD = 600_000;
/** How far a steady clock may drift (0.1 %): computers are well below 0.05 %. */
const DRIFT = 0.001;

interface Reading {
  /** Milliseconds from the steady clock to the database's. */
  readonly offset: number;
  /** Milliseconds by which that can be wrong: half of the round trip. */
  readonly error: number;
  /** By the steady clock. */
  readonly at: number;
}

/** Decisions by age that wait, on all servers, by the database's clock. */
interface Hold {
  readonly beganAt: Date;
  readonly endsAt: Date;
  readonly jumpMs: number;
}

const READ = `SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS micros,
  (SELECT json_build_array(h.began_at, h.ends_at, h.jump_ms) FROM clock_hold h) AS hold`;

const HOLD_ALL = `INSERT INTO clock_hold AS h (id, began_at, ends_at, jump_ms) VALUES (1, $1, $2, $3)
  ON CONFLICT (id) DO UPDATE SET began_at = EXCLUDED.began_at, jump_ms = EXCLUDED.jump_ms,
    ends_at = CASE WHEN h.began_at <= EXCLUDED.began_at THEN greatest(h.ends_at, EXCLUDED.ends_at) ELSE EXCLUDED.ends_at END`;

/** Opens the clock, and reads the database's for the first time. */
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
    if (row === undefined) throw new Error('the database does not tell the time');
    hold = row.hold
      ? { beganAt: new Date(row.hold[0]), endsAt: new Date(row.hold[1]), jumpMs: row.hold[2] }
      : undefined;
    const error = (after - before) / 2;
    return { offset: source.database(row.micros / 1000) - before - error, error, at: after };
  }

  async function read(): Promise<void> {
    const client = await pool.connect();
    try {
      let best = await readOnce(client);
      for (let n = 1; n < READINGS && best.error > GOOD; n++) {
        const next = await readOnce(client);
        if (next.error < best.error) best = next;
      }
      if (best.error > USABLE && last !== undefined) return;
      const jump = last === undefined ? 0 : best.offset - last.offset;
      const explained = last === undefined ? 0 : last.error + best.error + (best.at - last.at) * DRIFT;
      if (Math.abs(jump) > TOLERANCE + explained) await holdAll(client, jump, timeOf(best));
      last = best;
    } finally {
      client.release();
    }
  }

  /** Ages are wrong by the jump: an object has at least half of its time if the others wait for as long. */
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
    // After the database's clock was set back a hold may lie in the future: it is void.
    const isHeld = hold && hold.beganAt.getTime() <= now + TOLERANCE && now < hold.endsAt.getTime();
    return hold && isHeld ? { reason: 'jump', words: jumpWords(hold) } : undefined;
  }

  function tell(): void {
    const found = doubt();
    if (found?.reason === doubted) return;
    doubted = found?.reason;
    if (found === undefined) {
      log.info('the clocks are right again: decisions by age go on');
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

/** Reads the database's clock every few seconds. */
export const startClock = (clock: Clock, log: Logger): Loop =>
  startLoop('clock', INTERVAL, log, async () => void (await clock.judgesAge()));

const WAIT = 'Retention, purging and other decisions by age wait on this server';

const UNREAD = `The database's clock could not be read within the last minute. ${WAIT} until it can.`;

const skewWords = (ahead: number): string =>
  `This server's clock is ${(Math.abs(ahead) / 1000).toFixed(1)} s ${ahead > 0 ? 'ahead of' : 'behind'} the database's. ` +
  `${WAIT} until they differ by less than a second: check the time synchronization of both machines.`;

const jumpWords = ({ jumpMs, endsAt }: Hold): string =>
  `The database's clock was set ${jumpMs > 0 ? 'forward' : 'back'} by ${(Math.abs(jumpMs) / 1000).toFixed(1)} s. ` +
  `${WAIT} until ${endsAt.toISOString()}: check the clock of the database's machine.`;

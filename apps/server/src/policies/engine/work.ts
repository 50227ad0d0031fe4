import { inTransaction, retrying, sqlOf, type Tx } from '@modelbox/db';
import type { Context } from '../../protocol/context.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import { decideAll, decideVersion } from './decide.ts';
import { lookAgain } from './look-again.ts';
import { suspendedDecision } from './note-suspended.ts';
import { promoteFrom } from './promotions.ts';
import { openSession, type Session } from './session.ts';

/** Most changes, and most pieces of work, per transaction. */
const FACTS = 2000;
const BATCH = 20;
const TIMEOUT = 120_000;
/** Milliseconds before a retry of failed work. */
const REST = 30_000;

/** Enqueues work for the next changes of the feed. Returns false if there were none. */
export async function takeFacts(ctx: Context): Promise<boolean> {
  const count = await inTransaction(ctx.db.background, async (client) => {
    const { rows } = await client.query<{ count: number }>('SELECT take_policy_facts($1, $2) AS count', [
      FACTS,
      ctx.now(),
    ]);
    return rows[0]?.count ?? 0;
  });
  return count > 0;
}

/**
 * Work for facts is due at once, or after `REST` if it failed. Work with a much later time comes from a wrong clock, so
 * it is due too. Timers may be far in the future.
 */
const isDue = (now: string): string =>
  `(due_at <= ${now}::timestamptz OR NOT is_timer ` +
  `AND due_at > ${now}::timestamptz + interval '${(2 * REST) / 1000} seconds')`;

export async function modelsDue(ctx: Context, limit: number): Promise<string[]> {
  const { rows } = await ctx.db.background.query<{ id: string }>(
    `SELECT model_id AS id FROM policy_work WHERE ${isDue('$1')} GROUP BY model_id ORDER BY min(seq) LIMIT $2`,
    [ctx.now(), limit],
  );
  return rows.map(({ id }) => id);
}

export async function putOff(ctx: Context, modelId: string): Promise<void> {
  const later = new Date(ctx.now().getTime() + REST);
  await ctx.db.background.query('UPDATE policy_work SET due_at = $2 WHERE model_id = $1 AND due_at < $2', [
    modelId,
    later,
  ]);
}

/** Subject of work on all experiments, equal to `uuid_nil()`. */
const NOTHING = '00000000-0000-0000-0000-000000000000';

interface Work {
  id: string;
  kind: 'version' | 'model' | 'checkpoint' | 'experiment' | 'promotions';
  subject: string;
  seq: string;
  cause: object;
}

/**
 * Does the due work of a model. One transaction deletes the work and stores the decisions. Returns false if nothing was
 * due, or if another server decides for the model.
 */
export async function decideModel(ctx: Context, modelId: string): Promise<boolean> {
  const decide = () =>
    ctx.db.prisma.$transaction((tx) => decideIn(tx, ctx, modelId), { maxWait: 10_000, timeout: TIMEOUT });
  const done = await retrying(decide, isStale);
  for (const { kind, outcome } of done ?? []) ctx.telemetry.decided(kind, outcome);
  return done !== undefined;
}

/** Whether the alias was moved or protected by another request meanwhile. Then a retry helps. */
const isStale = (error: unknown): boolean =>
  error instanceof HttpProblem && (error.code === 'stale' || error.refusal?.kind === 'alias');

/** Returns the decisions. Undefined if nothing was due, or if another server decides for the model. */
async function decideIn(tx: Tx, ctx: Context, modelId: string): Promise<Session['stored'] | undefined> {
  const sql = sqlOf(tx);
  const [lock] = await sql<{ mine: boolean }>(
    `SELECT pg_try_advisory_xact_lock(hashtextextended('policy ' || $1::text, 0)) AS mine`,
    [modelId],
  );
  if (!lock?.mine) return undefined;
  const work = await sql<Work>(
    `DELETE FROM policy_work WHERE id IN (
       SELECT id FROM policy_work WHERE model_id = $1::uuid AND ${isDue('$2')} ORDER BY seq, id LIMIT ${BATCH})
     RETURNING id::text, subject_kind AS kind, subject_id AS subject, seq::text, cause`,
    [modelId, ctx.now()],
  );
  if (work.length === 0) return undefined;
  const session = await openSession(tx, ctx, modelId);
  if (session === undefined) return [];
  if (session.policy.document.label?.some(({ minAge }) => minAge !== undefined)) await demandClock(ctx);
  for (const item of work.sort((a, b) => Number(a.seq) - Number(b.seq) || Number(a.id) - Number(b.id))) {
    await doWork({ ...session, cause: item.cause }, item);
  }
  return session.stored;
}

/**
 * Thrown if rules depend on ages and the clock of this server is in doubt. Another server decides, or this one later.
 */
export class ClockDoubted extends Error {}

async function demandClock({ clock }: Context): Promise<void> {
  if (!(await clock.judgesAge())) throw new ClockDoubted(clock.doubt()?.words);
}

async function doWork(session: Session, item: Work): Promise<void> {
  const section = item.kind === 'version' || item.kind === 'model' ? 'label' : 'promote';
  const words = session.suspended[section];
  if (words !== undefined) return rest(session, section, words);
  switch (item.kind) {
    case 'version':
      return decideVersion(session, item.subject);
    case 'model':
      if (!(await decideAll(session))) await putBack(session, item);
      return;
    case 'checkpoint':
      return promoteFrom(session, { checkpointId: item.subject });
    case 'experiment':
      return promoteFrom(session, { experimentId: item.subject });
    case 'promotions':
      return promoteFrom(session, {});
  }
}

/** Stores that the rules are suspended, and schedules another evaluation, because the author may regain the rights. */
async function rest(session: Session, section: 'label' | 'promote', words: string): Promise<void> {
  const { ctx, model, policy, cause } = session;
  const name = `${model.namespace}/${model.name}`;
  const suspended = { section, words, kind: 'model', id: model.id, name } as const;
  const source = policy.sources[section] ?? null;
  await session.store([suspendedDecision({ ...suspended, source }, cause, ctx.now())]);
  const later = new Date(ctx.now().getTime() + ctx.settings.retentionInterval);
  if (section === 'label') await lookAgain(session, 'model', model.id, later, 'suspended');
  else await lookAgain(session, 'promotions', NOTHING, later, 'suspended');
}

/** Enqueues unfinished work again, for another transaction. */
async function putBack({ sql, model, ctx }: Session, { kind, subject, seq, cause }: Work): Promise<void> {
  await sql(
    `INSERT INTO policy_work (model_id, subject_kind, subject_id, seq, cause, due_at)
     VALUES ($1::uuid, $2, $3::uuid, $4::bigint, $5::jsonb, $6::timestamptz)
     ON CONFLICT (model_id, subject_id, is_timer) DO NOTHING`,
    [model.id, kind, subject, seq, JSON.stringify(cause), ctx.now()],
  );
}

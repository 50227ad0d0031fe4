import type { Session } from './session.ts';

/** Schedules another evaluation of a version, of all versions of a model, or of all promotions. */
export async function lookAgain(
  { sql, model }: Session,
  kind: 'version' | 'model' | 'promotions',
  id: string,
  dueAt: Date,
  schedule: 'minAge' | 'suspended' = 'minAge',
): Promise<void> {
  await sql(
    `INSERT INTO policy_work (model_id, subject_kind, subject_id, seq, cause, due_at, is_timer)
     VALUES ($1::uuid, $2, $3::uuid, (SELECT last_seq FROM policy_feed WHERE id = 1),
       jsonb_build_object('schedule', $5::text), $4::timestamptz, true)
     ON CONFLICT (model_id, subject_id, is_timer) DO UPDATE SET due_at = least(policy_work.due_at, EXCLUDED.due_at)`,
    [model.id, kind, id, dueAt, schedule],
  );
}

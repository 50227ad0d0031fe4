import type { Session } from './session.ts';

/** Notes that a version, or all of a model's, are to be looked at again at a time, since a clause waits for it. */
export async function lookAgain(
  { sql, model }: Session,
  kind: 'version' | 'model',
  id: string,
  dueAt: Date,
): Promise<void> {
  await sql(
    `INSERT INTO policy_work (model_id, subject_kind, subject_id, seq, cause, due_at, is_timer)
     VALUES ($1::uuid, $2, $3::uuid, (SELECT last_seq FROM policy_feed WHERE id = 1), '{"schedule": "minAge"}', $4::timestamptz, true)
     ON CONFLICT (model_id, subject_id, is_timer) DO UPDATE SET due_at = least(policy_work.due_at, EXCLUDED.due_at)`,
    [model.id, kind, id, dueAt],
  );
}

import type { Sql } from '@modelbox/db';

/** Actions of changes that do not change the facts of a version. */
export const NO_FACTS = `'held', 'released', 'deleted', 'restored', 'purged'`;

/** Builds a SQL condition: the facts of a version are unchanged since a change. Both ids are SQL expressions. */
export const factsUnchanged = (versionId: string, changeId: string): string => `NOT EXISTS (
  SELECT 1 FROM changes c WHERE c.object_id = ${versionId} AND c.id > ${changeId} AND c.action NOT IN (${NO_FACTS}))`;

/**
 * Returns the reason why a rule must not act on a version: a person removed the label or rejected the proposal. The
 * reason ends with the next change of the version's facts or of the policy. Null if there is no such reason.
 */
export async function whyUndone(
  sql: Sql,
  question: {
    readonly modelId: string;
    readonly versionId: string;
    readonly rule: string;
    readonly alias: string | undefined;
    readonly tag: string | undefined;
    /** Owners whose policy edits reset the decision of the person. */
    readonly owners: readonly string[];
  },
): Promise<string | null> {
  const { modelId, versionId, rule, alias, tag, owners } = question;
  const [row] = await sql<{ by: string; verb: string; at: Date }>(
    `SELECT u.by, u.verb, u.at
     FROM (
       (SELECT m.actor AS by, m.at, m.change_id, 'took the alias from it' AS verb, m.cause
        FROM alias_moves m WHERE m.model_id = $1::uuid AND m.alias = $4::text AND m.from_version_id = $2::uuid
        ORDER BY m.id DESC LIMIT 1)
       UNION ALL
       (SELECT p.decided_by, p.decided_at, p.change_id, 'rejected the proposal', 'reject'
        FROM proposals p WHERE p.version_id = $2::uuid AND p.rule = $3::text AND p.state = 'rejected'
        ORDER BY p.change_id DESC LIMIT 1)
       UNION ALL
       (SELECT c.actor, c.at, c.id, 'took the tag from it', 'untag'
        FROM changes c WHERE c.object_id = $2::uuid AND c.action = 'updated' AND c.before->'tags' ? $6::text
          AND NOT c.after->'tags' ? $6::text
        ORDER BY c.id DESC LIMIT 1)
     ) AS u
     WHERE u.cause NOT IN ('rule', 'proposal')
       AND ${factsUnchanged('$2::uuid', 'u.change_id')}
       AND NOT EXISTS (SELECT 1 FROM changes c
                       WHERE c.object_id = ANY ($5::uuid[]) AND c.id > u.change_id AND c.action = 'policy_set')
     ORDER BY u.change_id DESC NULLS LAST LIMIT 1`,
    [modelId, versionId, rule, alias ?? null, owners, tag ?? null],
  );
  if (row === undefined) return null;
  return `${row.by} ${row.verb} at ${row.at.toISOString()}, and neither its facts nor the policy have changed since`;
}

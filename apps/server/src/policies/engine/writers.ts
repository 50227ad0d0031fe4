import type { Sql } from '@modelbox/db';
import { peopleBehind } from '../../access/people.ts';
import type { EffectiveHere } from '../../core/policy-owners/owner-chain.ts';

/** Returns the people who wrote a labelling rule: the author of its section, and the editor of its current text. */
export async function writersOf(
  sql: Sql,
  policy: Pick<EffectiveHere, 'authors' | 'sources'>,
  rule: string,
): Promise<string[]> {
  const { label: source } = policy.sources;
  const { label: author } = policy.authors;
  const edits = source === undefined ? [] : await sql<{ name: string }>(WRITTEN_BY, [source.id, rule]);
  return peopleBehind(sql, [...(author ? [author] : []), ...edits]);
}

/** Finds the actor of the edit that gave the rule its current text. */
const WRITTEN_BY = `
  WITH now AS (
    SELECT r FROM policies p, jsonb_array_elements(p.document->'label') AS r
    WHERE p.owner_id = $1::uuid AND r->>'name' = $2)
  SELECT e.actor AS name FROM policy_edits e
  WHERE e.owner_id = $1::uuid AND EXISTS (SELECT 1 FROM now) AND e.edit > coalesce((
    SELECT max(o.edit) FROM policy_edits o
    WHERE o.owner_id = $1::uuid AND NOT EXISTS (
      SELECT 1 FROM jsonb_array_elements(coalesce(o.document->'label', '[]')) AS was, now WHERE was = now.r)), 0)
  ORDER BY e.edit LIMIT 1`;

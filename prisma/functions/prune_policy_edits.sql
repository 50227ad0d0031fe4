-- Deletes up to `p_limit` edits of policies that are older than `p_before` and have at least `p_keep` later edits.
CREATE OR REPLACE FUNCTION prune_policy_edits(p_before timestamptz, p_keep integer, p_limit integer)
RETURNS integer LANGUAGE sql AS $$
  WITH gone AS (
    DELETE FROM policy_edits WHERE id IN (
      SELECT e.id FROM policies p JOIN policy_edits e ON e.owner_id = p.owner_id AND e.edit <= p.edit - p_keep
      WHERE e.at < p_before LIMIT p_limit)
    RETURNING id)
  SELECT count(*)::integer FROM gone
$$;

-- Deletes up to `p_limit` tokens that were revoked or expired before `p_before`.
CREATE OR REPLACE FUNCTION prune_tokens(p_before timestamptz, p_limit integer) RETURNS integer LANGUAGE sql AS $$
  WITH gone AS (
    DELETE FROM tokens WHERE id IN (
      SELECT id FROM tokens WHERE least(revoked_at, expires_at) < p_before
        AND (revoked_at IS NOT NULL OR expires_at IS NOT NULL)
      ORDER BY least(revoked_at, expires_at) LIMIT p_limit)
    RETURNING id)
  SELECT count(*)::integer FROM gone
$$;

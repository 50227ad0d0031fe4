-- Deletes up to `p_limit` kept settings of deleted namespaces that have expired.
CREATE OR REPLACE FUNCTION prune_kept_namespaces(p_before timestamptz, p_limit integer)
RETURNS integer LANGUAGE sql AS $$
  WITH gone AS (
    DELETE FROM kept_namespaces WHERE path IN (
      SELECT path FROM kept_namespaces WHERE kept_until <= p_before ORDER BY kept_until LIMIT p_limit)
    RETURNING path)
  SELECT count(*)::integer FROM gone
$$;

-- Deletes up to `p_limit` proposals that were decided before `p_before`. The last rejection of a version stays for each
-- rule, so the rule does not propose the version again.
CREATE OR REPLACE FUNCTION prune_proposals(p_before timestamptz, p_limit integer) RETURNS integer LANGUAGE sql AS $$
  WITH gone AS (
    DELETE FROM proposals WHERE id IN (
      SELECT p.id FROM proposals p
      WHERE p.state <> 'open' AND p.decided_at < p_before
        AND (p.state <> 'rejected' OR EXISTS (
          SELECT FROM proposals l WHERE l.version_id = p.version_id AND l.rule = p.rule AND l.state = 'rejected'
            AND l.change_id > p.change_id))
      ORDER BY p.decided_at LIMIT p_limit)
    RETURNING id)
  SELECT count(*)::integer FROM gone
$$;

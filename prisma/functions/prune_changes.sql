-- Prunes up to `p_limit` of the next changes of the feed that are older than `p_before`. Returns the number of visited
-- changes. One caller runs at a time, across all servers. A change stays until every reader of the feed has passed it.
-- A batch is small, so every join uses the index and never hashes the whole table.
--
-- The newest change of each action stays while the object exists. Cache tags, `before` of a purge, undone decisions and
-- edits of a policy are read from these changes.
CREATE OR REPLACE FUNCTION prune_changes(p_before timestamptz, p_limit integer) RETURNS integer LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  v_after bigint;
  v_until bigint;
  v_count integer;
  v_gone uuid[];
BEGIN
  SELECT pruned_seq INTO v_after FROM history_pruning WHERE id = 1 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN RETURN 0; END IF;
  SELECT max(seq), count(*) INTO v_until, v_count FROM (
    SELECT seq, bool_and(at < p_before) OVER (ORDER BY seq) AS is_old FROM (
      SELECT seq, at FROM changes WHERE seq > v_after AND seq <= feed_read_by_all() ORDER BY seq LIMIT p_limit) AS next
  ) AS prefix WHERE is_old;
  IF v_count = 0 THEN RETURN 0; END IF;
  -- Only a superuser may create a function whose header sets a custom parameter.
  PERFORM set_config('modelbox.changes_retention', 'on', true);
  PERFORM extend_version_baselines(v_after, v_until);
  -- An older change of the same object and action is deleted, even if an earlier batch kept it.
  WITH newest AS MATERIALIZED (
    SELECT object_id, action, max(id) AS id FROM changes WHERE seq > v_after AND seq <= v_until
    GROUP BY object_id, action
  )
  DELETE FROM changes c USING newest n WHERE c.object_id = n.object_id AND c.id < n.id AND c.action = n.action;
  WITH objects AS MATERIALIZED (
    SELECT DISTINCT object_kind, object_id FROM changes WHERE seq > v_after AND seq <= v_until
  )
  SELECT array_agg(object_id) INTO v_gone FROM objects WHERE NOT object_exists(object_kind, object_id);
  IF v_gone IS NOT NULL THEN
    DELETE FROM changes c WHERE c.object_id = ANY (v_gone) AND c.seq <= v_until;
    PERFORM prune_gone(ARRAY(SELECT g FROM unnest(v_gone) AS g
                             WHERE NOT EXISTS (SELECT FROM changes c WHERE c.object_id = g)));
  END IF;
  UPDATE history_pruning SET pruned_seq = v_until WHERE id = 1;
  RETURN v_count;
END
$$;

-- Prunes up to `p_limit` of the next decisions that are older than `p_before`. Returns the number of visited decisions.
-- For each rule, subject and outcome, the last decision stays while the subject exists.
CREATE OR REPLACE FUNCTION prune_decisions(p_before timestamptz, p_limit integer) RETURNS integer LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  v_after bigint;
  v_until bigint;
  v_count integer;
BEGIN
  SELECT decision_id INTO v_after FROM history_pruning WHERE id = 1 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN RETURN 0; END IF;
  SELECT max(id), count(*) INTO v_until, v_count FROM (
    SELECT id, bool_and(at < p_before) OVER (ORDER BY id) AS is_old FROM (
      SELECT id, at FROM decisions WHERE id > v_after ORDER BY id LIMIT p_limit) AS next
  ) AS prefix WHERE is_old;
  IF v_count = 0 THEN RETURN 0; END IF;
  WITH newest AS MATERIALIZED (
    SELECT subject_id, kind, rule, model_id, namespace_id, outcome, max(id) AS id
    FROM decisions WHERE id > v_after AND id <= v_until GROUP BY 1, 2, 3, 4, 5, 6
  )
  DELETE FROM decisions d USING newest n
  WHERE d.subject_id = n.subject_id AND d.id < n.id AND d.kind = n.kind AND d.outcome = n.outcome
    AND d.rule IS NOT DISTINCT FROM n.rule AND d.model_id IS NOT DISTINCT FROM n.model_id
    AND d.namespace_id IS NOT DISTINCT FROM n.namespace_id;
  UPDATE history_pruning SET decision_id = v_until WHERE id = 1;
  RETURN v_count;
END
$$;

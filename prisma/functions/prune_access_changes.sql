-- Deletes up to `p_limit` records of changed rights from before `p_before`. Locks the epoch first, like the writers.
CREATE OR REPLACE FUNCTION prune_access_changes(p_before timestamptz, p_limit integer)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_last bigint;
  v_count integer;
BEGIN
  IF NOT EXISTS (SELECT FROM access_changes WHERE at < p_before) THEN RETURN 0; END IF;
  PERFORM FROM access_epoch WHERE id = 1 FOR UPDATE;
  WITH gone AS (
    DELETE FROM access_changes WHERE principal IN (
      SELECT principal FROM access_changes WHERE at < p_before ORDER BY at LIMIT p_limit)
    RETURNING epoch)
  SELECT max(epoch), count(*) INTO v_last, v_count FROM gone;
  UPDATE access_epoch SET pruned_epoch = greatest(pruned_epoch, v_last) WHERE id = 1;
  RETURN v_count;
END
$$;

-- Purges the removed files of up to `p_limit` objects after their grace period. Returns the number of files and their
-- bytes. The files of one object are purged together under the lock of `restore`, so a restore gets all or none. Skips
-- locked objects until a later round.
CREATE OR REPLACE FUNCTION purge_removed_files(p_limit integer, p_at timestamptz, OUT files integer, OUT bytes bigint)
LANGUAGE plpgsql AS $$
DECLARE
  v_due uuid[];
  v_locked uuid[];
BEGIN
  SELECT array_agg(object_id) INTO v_due FROM (
    SELECT object_id FROM removed_files WHERE purge_at <= p_at GROUP BY object_id
    ORDER BY min(purge_at) LIMIT p_limit) AS due;
  WITH locked_versions AS (
    SELECT id FROM versions WHERE id = ANY (v_due) FOR NO KEY UPDATE SKIP LOCKED),
  locked_checkpoints AS (
    SELECT id FROM checkpoints WHERE id = ANY (v_due) FOR NO KEY UPDATE SKIP LOCKED)
  SELECT array_agg(id) INTO v_locked
  FROM (SELECT id FROM locked_versions UNION ALL SELECT id FROM locked_checkpoints) AS locked;
  WITH gone AS (
    DELETE FROM removed_files WHERE object_id = ANY (v_locked) AND purge_at <= p_at RETURNING size_bytes)
  SELECT count(*)::integer, coalesce(sum(size_bytes), 0)::bigint INTO files, bytes FROM gone;
END
$$;

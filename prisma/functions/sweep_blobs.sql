-- Deletes up to `p_limit` blobs without files since `p_before`, and makes their keys pending deletions. Returns the
-- number of visited blobs. A concurrent attach of the same content waits, finds the row gone, and keeps its own copy.
CREATE OR REPLACE FUNCTION sweep_blobs(p_before timestamptz, p_limit integer, p_at timestamptz)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_ids uuid[];
BEGIN
  SELECT array_agg(id) INTO v_ids FROM (
    SELECT id FROM blobs WHERE unreferenced_since <= p_before
    ORDER BY unreferenced_since LIMIT p_limit FOR UPDATE SKIP LOCKED) AS due;
  IF v_ids IS NULL THEN RETURN 0; END IF;
  WITH gone AS (
    DELETE FROM blobs b WHERE b.id = ANY (v_ids) AND NOT EXISTS (SELECT 1 FROM files f WHERE f.blob_id = b.id)
                 AND NOT EXISTS (SELECT 1 FROM removed_files r WHERE r.blob_id = b.id)
    RETURNING b.key, b.size_bytes)
  INSERT INTO pending_deletions (key, size_bytes, requested_at)
  SELECT key, size_bytes, p_at FROM gone ON CONFLICT DO NOTHING;
  UPDATE blobs SET unreferenced_since = NULL WHERE id = ANY (v_ids);
  RETURN cardinality(v_ids);
END
$$;

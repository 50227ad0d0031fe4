-- Marks the blobs without files among the next `p_limit` blobs after `p_after`. Returns the last visited blob, or null
-- at the end. Locks each blob before the check: skips a blob that a transaction is attaching, and sees a finished
-- attach. A later attach clears the mark.
CREATE OR REPLACE FUNCTION mark_unreferenced(p_after uuid, p_limit integer, p_at timestamptz)
RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  v_unreferenced uuid[];
  v_last uuid;
BEGIN
  SELECT array_agg(id) FILTER (WHERE is_unreferenced), (array_agg(id ORDER BY id DESC))[1]
  INTO v_unreferenced, v_last FROM (
    SELECT b.id, b.unreferenced_since IS NULL
                 AND NOT EXISTS (SELECT 1 FROM files f WHERE f.blob_id = b.id)
                 AND NOT EXISTS (SELECT 1 FROM removed_files r WHERE r.blob_id = b.id) AS is_unreferenced
    FROM blobs b WHERE b.id > p_after ORDER BY b.id LIMIT p_limit) AS page;
  IF v_unreferenced IS NOT NULL THEN
    SELECT array_agg(id) INTO v_unreferenced FROM (
      SELECT id FROM blobs WHERE id = ANY (v_unreferenced) FOR UPDATE SKIP LOCKED) AS locked;
    UPDATE blobs b SET unreferenced_since = p_at
    WHERE b.id = ANY (v_unreferenced) AND b.unreferenced_since IS NULL
      AND NOT EXISTS (SELECT 1 FROM files f WHERE f.blob_id = b.id)
      AND NOT EXISTS (SELECT 1 FROM removed_files r WHERE r.blob_id = b.id);
  END IF;
  RETURN v_last;
END
$$;

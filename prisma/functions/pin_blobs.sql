-- Locks content against the sweep until the transaction ends, like `keep_blob`, for a caller without the content.
-- Returns the blobs that exist and are intact. All callers lock in one order, so two requests never deadlock.
CREATE OR REPLACE FUNCTION pin_blobs(p_sha256 text[])
RETURNS TABLE (id uuid, sha256 text, size_bytes bigint) LANGUAGE plpgsql AS $$
BEGIN
  -- The lock waits for a sweep of these blobs. Rows that the sweep deletes are not returned.
  PERFORM FROM blobs b WHERE b.sha256 = ANY (p_sha256) ORDER BY b.sha256 FOR KEY SHARE;
  PERFORM FROM blobs b WHERE b.sha256 = ANY (p_sha256) AND b.unreferenced_since IS NOT NULL
  ORDER BY b.sha256 FOR NO KEY UPDATE;
  UPDATE blobs b SET unreferenced_since = NULL WHERE b.sha256 = ANY (p_sha256) AND b.unreferenced_since IS NOT NULL;
  RETURN QUERY SELECT b.id, b.sha256, b.size_bytes FROM blobs b WHERE b.sha256 = ANY (p_sha256) AND NOT is_doubtful(b);
END
$$;

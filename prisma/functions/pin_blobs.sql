-- Pins content against the sweep until the transaction ends, as `keep_blob` does, for a caller that does not have the
-- content. Returns the blobs that exist and are sound. Locks in one order, so that two requests never deadlock.
CREATE OR REPLACE FUNCTION pin_blobs(p_sha256 text[]) RETURNS TABLE (id uuid, sha256 text, size_bytes bigint) LANGUAGE plpgsql AS $$
BEGIN
  -- Waits for a sweep that looks at it: one that deletes it leaves nothing to hold.
  PERFORM FROM blobs b WHERE b.sha256 = ANY (p_sha256) ORDER BY b.sha256 FOR KEY SHARE;
  PERFORM FROM blobs b WHERE b.sha256 = ANY (p_sha256) AND b.unreferenced_since IS NOT NULL
  ORDER BY b.sha256 FOR NO KEY UPDATE;
  UPDATE blobs b SET unreferenced_since = NULL WHERE b.sha256 = ANY (p_sha256) AND b.unreferenced_since IS NOT NULL;
  RETURN QUERY SELECT b.id, b.sha256, b.size_bytes FROM blobs b WHERE b.sha256 = ANY (p_sha256) AND NOT is_doubtful(b);
END
$$;

-- Returns the row of some content. If no row exists, creates one for the copy under `p_key`. Locks the row until the
-- transaction ends, so no sweep deletes it. If the stored copy is doubtful, the copy under `p_key` replaces it for all
-- files. Returns no row if `p_key` is a pending deletion.
CREATE OR REPLACE FUNCTION keep_blob(p_id uuid, p_sha256 text, p_key text, p_size bigint, p_at timestamptz)
RETURNS TABLE (blob_id uuid, blob_key text) LANGUAGE plpgsql AS $$
DECLARE
  v_blob blobs%ROWTYPE;
  v_is_locked boolean;
BEGIN
  -- `mark_orphans` takes the same lock, so each function sees the committed work of the other.
  PERFORM pg_advisory_xact_lock(hashtextextended(p_key, 0));
  IF EXISTS (SELECT 1 FROM pending_deletions WHERE key = p_key) THEN RETURN; END IF;
  LOOP
    INSERT INTO blobs (id, sha256, key, size_bytes, created_at) VALUES (p_id, p_sha256, p_key, p_size, p_at)
    ON CONFLICT (sha256) DO NOTHING;
    -- A new `key` needs FOR UPDATE from the start: two transactions that upgrade a shared lock would deadlock.
    SELECT is_doubtful(b) AND b.key <> p_key INTO v_is_locked FROM blobs b WHERE b.sha256 = p_sha256;
    -- The lock waits for a sweep of the row. If the sweep deletes the row, the next round inserts a new one.
    IF v_is_locked THEN SELECT * INTO v_blob FROM blobs WHERE sha256 = p_sha256 FOR UPDATE;
    ELSE SELECT * INTO v_blob FROM blobs WHERE sha256 = p_sha256 FOR KEY SHARE;
    END IF;
    EXIT WHEN FOUND;
  END LOOP;
  IF v_blob.unreferenced_since IS NOT NULL THEN
    UPDATE blobs SET unreferenced_since = NULL WHERE id = v_blob.id;
  END IF;
  IF is_doubtful(v_blob) AND v_blob.key <> p_key THEN
    IF NOT v_is_locked THEN
      RAISE EXCEPTION 'the stored copy of % was marked just now', p_sha256 USING ERRCODE = 'serialization_failure';
    END IF;
    UPDATE blobs SET key = p_key, corrupt_at = NULL, suspect_at = NULL, verified_at = p_at, verify_claimed_at = NULL
    WHERE id = v_blob.id;
    INSERT INTO pending_deletions (key, size_bytes, requested_at) VALUES (v_blob.key, v_blob.size_bytes, p_at)
    ON CONFLICT DO NOTHING;
    v_blob.key := p_key;
  END IF;
  RETURN QUERY SELECT v_blob.id, v_blob.key;
END
$$;

-- Stored copies that nobody vouches for: marked as damaged, suspected, or not read since the database was restored.

ALTER TABLE blobs
  -- When a reader found other bytes under the key. Cleared by a second look.
  ADD COLUMN suspect_at timestamptz(3);
CREATE INDEX blobs_suspect ON blobs (suspect_at) WHERE suspect_at IS NOT NULL;

ALTER TABLE database_identity
  -- Names the tables themselves. A dump that is restored brings the name of the tables that it was taken from.
  ADD COLUMN place text,
  -- When a server first found that the database had been restored.
  ADD COLUMN restored_at timestamptz(3);

-- Notes a restore, and answers whether there was one: then the store may hold other bytes than the database remembers.
CREATE FUNCTION note_restore(p_at timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_place text := concat_ws('/', (SELECT system_identifier FROM pg_control_system()),
                                 (SELECT oid FROM pg_database WHERE datname = current_database()), 'blobs'::regclass::oid);
  v_before text;
BEGIN
  SELECT place INTO v_before FROM database_identity FOR UPDATE;
  IF v_before = v_place THEN RETURN false; END IF;
  UPDATE database_identity SET place = v_place, restored_at = CASE WHEN v_before IS NULL THEN restored_at ELSE p_at END;
  RETURN v_before IS NOT NULL;
END
$$;

-- Whether only reading its bytes can tell if the stored copy is whole.
CREATE FUNCTION is_doubtful(p_blob blobs) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT p_blob.corrupt_at IS NOT NULL OR p_blob.suspect_at IS NOT NULL
    OR coalesce(coalesce(p_blob.verified_at, p_blob.created_at) <= (SELECT restored_at FROM database_identity), false)
$$;

-- The row of some content, made for what was just stored under `p_key` where there is none, and held until the
-- transaction ends: no sweep deletes it. A doubtful copy gives way to the fresh one, for every file that refers to it. No
-- row is answered if `p_key` itself is doomed.
CREATE OR REPLACE FUNCTION keep_blob(p_id uuid, p_sha256 text, p_key text, p_size bigint, p_at timestamptz)
RETURNS TABLE (blob_id uuid, blob_key text) LANGUAGE plpgsql AS $$
DECLARE
  v_blob blobs%ROWTYPE;
  v_is_locked boolean;
BEGIN
  -- Whoever dooms stray keys takes the same lock: either sees what the other did.
  PERFORM pg_advisory_xact_lock(hashtextextended(p_key, 0));
  IF EXISTS (SELECT 1 FROM doomed_keys WHERE key = p_key) THEN RETURN; END IF;
  LOOP
    INSERT INTO blobs (id, sha256, key, size_bytes, created_at) VALUES (p_id, p_sha256, p_key, p_size, p_at)
    ON CONFLICT (sha256) DO NOTHING;
    -- The lock that a new key needs, from the start: two that share the weaker one would wait for each other.
    SELECT is_doubtful(b) AND b.key <> p_key INTO v_is_locked FROM blobs b WHERE b.sha256 = p_sha256;
    -- Waits for a sweep that looks at it. One that deletes it leaves the place to our copy: the next turn takes it.
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
    INSERT INTO doomed_keys (key, size_bytes, doomed_at) VALUES (v_blob.key, v_blob.size_bytes, p_at)
    ON CONFLICT DO NOTHING;
    v_blob.key := p_key;
  END IF;
  RETURN QUERY SELECT v_blob.id, v_blob.key;
END
$$;

-- Holds content against the sweep until the transaction ends, as `keep_blob` does, without having it at hand. Answers what
-- is there and whole; in order, so that two requests never wait for each other in a circle.
CREATE OR REPLACE FUNCTION hold_blobs(p_sha256 text[]) RETURNS TABLE (id uuid, sha256 text, size_bytes bigint) LANGUAGE plpgsql AS $$
BEGIN
  -- Waits for a sweep that looks at it: one that deletes it leaves nothing to hold.
  PERFORM FROM blobs b WHERE b.sha256 = ANY (p_sha256) ORDER BY b.sha256 FOR KEY SHARE;
  PERFORM FROM blobs b WHERE b.sha256 = ANY (p_sha256) AND b.unreferenced_since IS NOT NULL
  ORDER BY b.sha256 FOR NO KEY UPDATE;
  UPDATE blobs b SET unreferenced_since = NULL WHERE b.sha256 = ANY (p_sha256) AND b.unreferenced_since IS NOT NULL;
  RETURN QUERY SELECT b.id, b.sha256, b.size_bytes FROM blobs b WHERE b.sha256 = ANY (p_sha256) AND NOT is_doubtful(b);
END
$$;

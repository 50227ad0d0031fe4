-- Content that nothing refers to is freed after a grace time, and content that is kept is read again from time to time.

ALTER TABLE blobs
  ADD COLUMN unreferenced_since timestamptz(3),
  ADD COLUMN verified_at        timestamptz(3),
  ADD COLUMN verify_claimed_at  timestamptz(3),
  ADD COLUMN corrupt_at         timestamptz(3);
CREATE INDEX blobs_unreferenced ON blobs (unreferenced_since) WHERE unreferenced_since IS NOT NULL;
CREATE INDEX blobs_corrupt ON blobs (id) WHERE corrupt_at IS NOT NULL;
CREATE INDEX blobs_verified ON blobs ((coalesce(verified_at, created_at)));
CREATE INDEX files_corrupt ON files (blob_id) WHERE state = 'corrupt';

-- Keys whose content is to be removed from the store. No blob has such a key, and none ever will again: what was removed
-- stays here for some days, so that an upload which is that late does not refer to it.
CREATE TABLE doomed_keys (
  key        text COLLATE "C" PRIMARY KEY,
  size_bytes bigint NOT NULL,
  doomed_at  timestamptz(3) NOT NULL,
  removed_at timestamptz(3)
);
CREATE INDEX doomed_keys_oldest ON doomed_keys (doomed_at, key) WHERE removed_at IS NULL;
CREATE INDEX doomed_keys_removed ON doomed_keys (removed_at) WHERE removed_at IS NOT NULL;

-- The row of some content, made for what was just stored under `p_key` where there is none, and held until the
-- transaction ends: no sweep deletes it. A copy that has rotted gives way to the fresh one. No row is answered where
-- `p_key` itself is doomed.
CREATE FUNCTION keep_blob(p_id uuid, p_sha256 text, p_key text, p_size bigint, p_at timestamptz)
RETURNS TABLE (blob_id uuid, blob_key text) LANGUAGE plpgsql AS $$
DECLARE
  v_blob blobs%ROWTYPE;
BEGIN
  -- Whoever dooms stray keys takes the same lock: either sees what the other did.
  PERFORM pg_advisory_xact_lock(hashtextextended(p_key, 0));
  IF EXISTS (SELECT 1 FROM doomed_keys WHERE key = p_key) THEN RETURN; END IF;
  LOOP
    INSERT INTO blobs (id, sha256, key, size_bytes, created_at) VALUES (p_id, p_sha256, p_key, p_size, p_at)
    ON CONFLICT (sha256) DO NOTHING;
    -- Waits for a sweep that looks at it. One that deletes it leaves the place to our copy: the next turn takes it.
    SELECT * INTO v_blob FROM blobs WHERE sha256 = p_sha256 FOR KEY SHARE;
    EXIT WHEN FOUND;
  END LOOP;
  IF v_blob.unreferenced_since IS NOT NULL THEN
    UPDATE blobs SET unreferenced_since = NULL WHERE id = v_blob.id;
  END IF;
  IF v_blob.corrupt_at IS NOT NULL THEN
    UPDATE blobs SET key = p_key, corrupt_at = NULL, verified_at = p_at WHERE id = v_blob.id;
    INSERT INTO doomed_keys (key, size_bytes, doomed_at) VALUES (v_blob.key, v_blob.size_bytes, p_at)
    ON CONFLICT DO NOTHING;
    v_blob.key := p_key;
  END IF;
  RETURN QUERY SELECT v_blob.id, v_blob.key;
END
$$;

-- Stamps those of the next `p_limit` blobs after `p_after` that nothing refers to. Answers the last one looked at, or
-- null where there are no more. The lock comes before the look: an attach that is under way is waited for by nobody
-- (its blob is skipped), one that is done is seen, one that comes later finds the stamp and takes it away.
CREATE FUNCTION stamp_unreferenced(p_after uuid, p_limit integer, p_at timestamptz)
RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  v_lost uuid[];
  v_last uuid;
BEGIN
  SELECT array_agg(id) FILTER (WHERE is_lost), (array_agg(id ORDER BY id DESC))[1] INTO v_lost, v_last FROM (
    SELECT b.id, b.unreferenced_since IS NULL
                 AND NOT EXISTS (SELECT 1 FROM files f WHERE f.blob_id = b.id) AS is_lost
    FROM blobs b WHERE b.id > p_after ORDER BY b.id LIMIT p_limit) AS page;
  IF v_lost IS NOT NULL THEN
    SELECT array_agg(id) INTO v_lost FROM (
      SELECT id FROM blobs WHERE id = ANY (v_lost) FOR UPDATE SKIP LOCKED) AS held;
    UPDATE blobs b SET unreferenced_since = p_at
    WHERE b.id = ANY (v_lost) AND b.unreferenced_since IS NULL
      AND NOT EXISTS (SELECT 1 FROM files f WHERE f.blob_id = b.id);
  END IF;
  RETURN v_last;
END
$$;

-- Deletes up to `p_limit` blobs that nothing has referred to since `p_before`, dooms their keys, and answers how many it
-- looked at. Whoever attaches the same content meanwhile waits, finds the row gone, and keeps a copy of its own.
CREATE FUNCTION sweep_blobs(p_before timestamptz, p_limit integer, p_at timestamptz)
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
    RETURNING b.key, b.size_bytes)
  INSERT INTO doomed_keys (key, size_bytes, doomed_at) SELECT key, size_bytes, p_at FROM gone ON CONFLICT DO NOTHING;
  UPDATE blobs SET unreferenced_since = NULL WHERE id = ANY (v_ids);
  RETURN cardinality(v_ids);
END
$$;

-- Dooms those of the keys that no blob has, and answers how many: what a crash between storing and committing left.
CREATE FUNCTION doom_strays(p_keys text[], p_sizes bigint[], p_at timestamptz)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_count integer;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(stray.key, 0))
  FROM (SELECT given.key FROM unnest(p_keys) AS given (key) WHERE NOT EXISTS (SELECT 1 FROM blobs b WHERE b.key = given.key)
        ORDER BY given.key) AS stray;
  INSERT INTO doomed_keys (key, size_bytes, doomed_at)
  SELECT stray.key, stray.size, p_at FROM unnest(p_keys, p_sizes) AS stray (key, size)
  WHERE NOT EXISTS (SELECT 1 FROM blobs b WHERE b.key = stray.key)
  -- It lies there still, or again.
  ON CONFLICT (key) DO UPDATE SET removed_at = NULL WHERE doomed_keys.removed_at IS NOT NULL;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END
$$;

-- Locks an object that owns files, and answers the path of its namespace; null where it is gone.
CREATE FUNCTION lock_owner(p_kind text, p_id uuid) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_path text;
BEGIN
  IF p_kind = 'model' THEN
    SELECT n.path INTO v_path FROM models o JOIN namespaces n ON n.id = o.namespace_id
    WHERE o.id = p_id FOR NO KEY UPDATE OF o;
  ELSIF p_kind = 'version' THEN
    SELECT n.path INTO v_path FROM versions o JOIN models m ON m.id = o.model_id
    JOIN namespaces n ON n.id = m.namespace_id WHERE o.id = p_id FOR NO KEY UPDATE OF o;
  ELSIF p_kind = 'experiment' THEN
    SELECT n.path INTO v_path FROM experiments o JOIN namespaces n ON n.id = o.namespace_id
    WHERE o.id = p_id FOR NO KEY UPDATE OF o;
  ELSIF p_kind = 'checkpoint' THEN
    SELECT n.path INTO v_path FROM checkpoints o JOIN experiments e ON e.id = o.experiment_id
    JOIN namespaces n ON n.id = e.namespace_id WHERE o.id = p_id FOR NO KEY UPDATE OF o;
  END IF;
  RETURN v_path;
END
$$;

-- Brings the state of up to `p_limit` files in line with that of their content, and answers how many. Each leaves a change.
CREATE FUNCTION tell_file_states(p_limit integer, p_at timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_file record;
  v_namespace text;
  v_count integer := 0;
BEGIN
  FOR v_file IN
    (SELECT f.id, f.object_kind, f.object_id, f.path, f.sha256, 'corrupt' AS state
     FROM blobs b JOIN files f ON f.blob_id = b.id WHERE b.corrupt_at IS NOT NULL AND f.state = 'verified'
     UNION ALL
     SELECT f.id, f.object_kind, f.object_id, f.path, f.sha256, 'verified'
     FROM files f JOIN blobs b ON b.id = f.blob_id WHERE f.state = 'corrupt' AND b.corrupt_at IS NULL)
    ORDER BY object_id, id LIMIT p_limit
  LOOP
    v_namespace := lock_owner(v_file.object_kind, v_file.object_id);
    UPDATE files SET state = v_file.state WHERE id = v_file.id AND state <> v_file.state AND sha256 = v_file.sha256;
    IF FOUND AND v_namespace IS NOT NULL THEN
      PERFORM record_change(v_file.object_kind, v_file.object_id, v_namespace, 'file_checked', NULL, NULL,
        jsonb_build_object('path', v_file.path, 'sha256', v_file.sha256, 'state', v_file.state),
        '{"actor": "modelbox"}', p_at);
      v_count := v_count + 1;
    END IF;
  END LOOP;
  RETURN v_count;
END
$$;

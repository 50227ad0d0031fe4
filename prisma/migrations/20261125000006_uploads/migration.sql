-- Files that come in parts. An upload belongs to one object and path; its parts lie in the store, which alone knows them.

CREATE TABLE uploads (
  id              uuid PRIMARY KEY,
  object_kind     text COLLATE "C" NOT NULL,
  object_id       uuid NOT NULL,
  path            text COLLATE "C" NOT NULL,
  role            text COLLATE "C" NOT NULL,
  media_type      text COLLATE "C",
  size_bytes      bigint NOT NULL,
  part_size_bytes bigint NOT NULL,
  sha256          text COLLATE "C",
  key             text COLLATE "C" NOT NULL UNIQUE,
  token           text COLLATE "C" NOT NULL,
  state           text COLLATE "C" NOT NULL
                  CHECK (state IN ('open', 'verifying', 'complete', 'failed', 'aborted', 'expired')),
  failure         text COLLATE "C",
  created_by      text COLLATE "C" NOT NULL,
  created_at      timestamptz(3) NOT NULL,
  updated_at      timestamptz(3) NOT NULL,
  expires_at      timestamptz(3),
  claimed_at      timestamptz(3),
  cleaned_at      timestamptz(3),
  CHECK ((state = 'open') = (expires_at IS NOT NULL)),
  CHECK (state NOT IN ('open', 'verifying') OR cleaned_at IS NULL)
);
CREATE INDEX uploads_object ON uploads (object_id, id DESC);
CREATE INDEX uploads_expiry ON uploads (expires_at) WHERE state = 'open';
CREATE INDEX uploads_live ON uploads (state, id) WHERE cleaned_at IS NULL;
CREATE INDEX uploads_over ON uploads (updated_at) WHERE cleaned_at IS NOT NULL;

-- A file lies at a URI, or has a blob, or what an upload brought and nobody has verified yet.
ALTER TABLE files
  ADD COLUMN upload_id uuid REFERENCES uploads (id) ON DELETE RESTRICT,
  DROP CONSTRAINT files_check,
  ADD CONSTRAINT files_content CHECK (num_nonnulls(uri, blob_id, upload_id) = 1);
CREATE UNIQUE INDEX files_upload ON files (upload_id) WHERE upload_id IS NOT NULL;

-- Whoever takes a file away, or gives it other content, before what its upload brought was verified, ends that upload:
-- its content is removed. Of one that is over nothing changes.
CREATE FUNCTION abandon_upload() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  WITH lost AS (
    UPDATE uploads SET state = 'aborted', failure = 'The file was deleted or replaced before it was verified.',
                       claimed_at = NULL, updated_at = now(), cleaned_at = now()
    WHERE id = OLD.upload_id AND state = 'verifying' RETURNING key, size_bytes)
  INSERT INTO doomed_keys (key, size_bytes, doomed_at) SELECT key, size_bytes, now() FROM lost ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;
CREATE TRIGGER files_deleted AFTER DELETE ON files
  FOR EACH ROW WHEN (OLD.upload_id IS NOT NULL) EXECUTE FUNCTION abandon_upload();
CREATE TRIGGER files_replaced AFTER UPDATE OF upload_id ON files
  FOR EACH ROW WHEN (OLD.upload_id IS NOT NULL AND NEW.upload_id IS DISTINCT FROM OLD.upload_id)
  EXECUTE FUNCTION abandon_upload();

-- Ends the verification of an upload whose content was read: with its SHA-256, or with what is wrong with it. The file
-- is verified or rejected with it, in one transaction, and the object's change is recorded. Answers the state in which
-- the upload is, which is another one where somebody was faster. Locks the object first, as every write to its files.
CREATE FUNCTION finish_upload(p_id uuid, p_sha256 text, p_failure text, p_blob_id uuid, p_at timestamptz)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_upload uploads%ROWTYPE;
  v_namespace text;
  v_blob record;
BEGIN
  SELECT * INTO v_upload FROM uploads WHERE id = p_id;
  v_namespace := lock_owner(v_upload.object_kind, v_upload.object_id);
  SELECT * INTO v_upload FROM uploads WHERE id = p_id FOR UPDATE;
  IF v_upload.state IS DISTINCT FROM 'verifying' THEN RETURN v_upload.state; END IF;
  IF p_failure IS NULL THEN
    SELECT * INTO v_blob FROM keep_blob(p_blob_id, p_sha256, v_upload.key, v_upload.size_bytes, p_at);
    IF NOT FOUND THEN RAISE EXCEPTION 'the content of upload % was doomed while it was verified', p_id; END IF;
    UPDATE uploads SET state = 'complete', sha256 = p_sha256, claimed_at = NULL, updated_at = p_at, cleaned_at = p_at
    WHERE id = p_id;
    UPDATE files SET state = 'verified', sha256 = p_sha256, blob_id = v_blob.blob_id, upload_id = NULL
    WHERE upload_id = p_id;
    PERFORM record_change(v_upload.object_kind, v_upload.object_id, v_namespace, 'file_stored', NULL, NULL,
      jsonb_build_object('path', v_upload.path, 'role', v_upload.role, 'sizeBytes', v_upload.size_bytes,
                         'sha256', p_sha256, 'replaced', NULL, 'upload', p_id), '{"actor": "modelbox"}', p_at);
    -- The content was here already: ours is of no use.
    INSERT INTO doomed_keys (key, size_bytes, doomed_at)
    SELECT v_upload.key, v_upload.size_bytes, p_at WHERE v_blob.blob_key <> v_upload.key ON CONFLICT DO NOTHING;
    RETURN 'complete';
  END IF;
  UPDATE uploads SET state = 'failed', failure = p_failure, claimed_at = NULL, updated_at = p_at, cleaned_at = p_at
  WHERE id = p_id;
  UPDATE files SET state = 'rejected' WHERE upload_id = p_id;
  PERFORM record_change(v_upload.object_kind, v_upload.object_id, v_namespace, 'file_rejected', NULL, NULL,
    jsonb_build_object('path', v_upload.path, 'sizeBytes', v_upload.size_bytes, 'sha256', v_upload.sha256,
                       'failure', p_failure, 'upload', p_id), '{"actor": "modelbox"}', p_at);
  INSERT INTO doomed_keys (key, size_bytes, doomed_at) VALUES (v_upload.key, v_upload.size_bytes, p_at)
  ON CONFLICT DO NOTHING;
  RETURN 'failed';
END
$$;

-- Ends up to `p_limit` uploads to which nothing happened for too long, and answers how many it looked at. What lies of
-- them in the store is removed later. Each leaves a change.
CREATE FUNCTION expire_uploads(p_limit integer, p_at timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_upload record;
  v_namespace text;
  v_count integer := 0;
BEGIN
  FOR v_upload IN
    SELECT * FROM (SELECT id, object_kind, object_id, path, size_bytes FROM uploads
                   WHERE state = 'open' AND expires_at <= p_at ORDER BY expires_at LIMIT p_limit) AS due
    ORDER BY object_id, id
  LOOP
    v_count := v_count + 1;
    v_namespace := lock_owner(v_upload.object_kind, v_upload.object_id);
    UPDATE uploads SET state = 'expired', failure = 'Nothing came for too long.', expires_at = NULL, updated_at = p_at
    WHERE id = v_upload.id AND state = 'open' AND expires_at <= p_at;
    IF FOUND AND v_namespace IS NOT NULL THEN
      PERFORM record_change(v_upload.object_kind, v_upload.object_id, v_namespace, 'upload_expired', NULL, NULL,
        jsonb_build_object('id', v_upload.id, 'path', v_upload.path, 'sizeBytes', v_upload.size_bytes),
        '{"actor": "modelbox"}', p_at);
    END IF;
  END LOOP;
  RETURN v_count;
END
$$;

-- What hangs on an object without a foreign key goes with it. Uploads end; what lies of them in the store goes later.
CREATE OR REPLACE FUNCTION purge_parts(p_ids uuid[]) RETURNS void LANGUAGE sql AS $$
  DELETE FROM files WHERE object_id = ANY (p_ids);
  UPDATE uploads SET state = 'aborted', failure = 'The object was deleted for good.', expires_at = NULL, updated_at = now()
  WHERE object_id = ANY (p_ids) AND state = 'open';
  DELETE FROM metric_points WHERE series_id IN (SELECT id FROM metric_series WHERE object_id = ANY (p_ids));
  DELETE FROM metric_series WHERE object_id = ANY (p_ids);
  DELETE FROM events WHERE object_id = ANY (p_ids);
$$;

-- Dooms those of the keys that neither a blob nor an upload has, and answers how many: what a crash between storing and
-- committing left. A key goes from its upload to its blob in one transaction.
CREATE OR REPLACE FUNCTION doom_strays(p_keys text[], p_sizes bigint[], p_at timestamptz)
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
    AND NOT EXISTS (SELECT 1 FROM uploads u WHERE u.key = stray.key AND u.cleaned_at IS NULL)
  -- It lies there still, or again.
  ON CONFLICT (key) DO UPDATE SET removed_at = NULL WHERE doomed_keys.removed_at IS NOT NULL;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END
$$;

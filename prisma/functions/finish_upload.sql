-- Ends the verification of an upload with the SHA-256 of the content or with the fault, and records the change. Locks
-- the object first, like every write to its files. Returns the state of the upload: another server may have settled it,
-- or the store has yet to combine the parts.
CREATE OR REPLACE FUNCTION finish_upload(p_id uuid, p_sha256 text, p_failure text, p_blob_id uuid, p_at timestamptz)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_upload uploads%ROWTYPE;
  v_namespace text;
  v_blob record;
BEGIN
  SELECT * INTO v_upload FROM uploads WHERE id = p_id;
  v_namespace := lock_owner(v_upload.object_kind, v_upload.object_id);
  SELECT * INTO v_upload FROM uploads WHERE id = p_id FOR UPDATE;
  IF v_upload.state IS DISTINCT FROM 'verifying' OR v_upload.completing THEN RETURN v_upload.state; END IF;
  IF p_failure IS NULL THEN
    SELECT * INTO v_blob FROM keep_blob(p_blob_id, p_sha256, v_upload.key, v_upload.size_bytes, p_at);
    IF NOT FOUND THEN
      RAISE EXCEPTION 'the content of upload % was marked for removal while it was verified', p_id;
    END IF;
    UPDATE uploads SET state = 'complete', sha256 = p_sha256, claimed_at = NULL, updated_at = p_at, cleaned_at = p_at,
                       part_hashes = NULL, waits_for = NULL
    WHERE id = p_id;
    UPDATE files SET state = 'verified', sha256 = p_sha256, blob_id = v_blob.blob_id, upload_id = NULL
    WHERE upload_id = p_id;
    PERFORM record_change(v_upload.object_kind, v_upload.object_id, v_namespace, 'file_stored', NULL, NULL,
      jsonb_build_object('path', v_upload.path, 'role', v_upload.role, 'sizeBytes', v_upload.size_bytes,
                         'sha256', p_sha256, 'replaced', NULL, 'upload', p_id), '{"actor": "modelbox"}', p_at);
    -- A blob with the same content exists already, so this copy is deleted.
    INSERT INTO pending_deletions (key, size_bytes, requested_at)
    SELECT v_upload.key, v_upload.size_bytes, p_at WHERE v_blob.blob_key <> v_upload.key ON CONFLICT DO NOTHING;
    RETURN 'complete';
  END IF;
  UPDATE uploads SET state = 'failed', failure = p_failure, claimed_at = NULL, updated_at = p_at, cleaned_at = p_at,
                     part_hashes = NULL, waits_for = NULL
  WHERE id = p_id;
  UPDATE files SET state = 'rejected' WHERE upload_id = p_id;
  PERFORM record_change(v_upload.object_kind, v_upload.object_id, v_namespace, 'file_rejected', NULL, NULL,
    jsonb_build_object('path', v_upload.path, 'sizeBytes', v_upload.size_bytes, 'sha256', v_upload.sha256,
                       'failure', p_failure, 'upload', p_id), '{"actor": "modelbox"}', p_at);
  INSERT INTO pending_deletions (key, size_bytes, requested_at) VALUES (v_upload.key, v_upload.size_bytes, p_at)
  ON CONFLICT DO NOTHING;
  RETURN 'failed';
END
$$;

-- Expires up to `p_limit` open uploads that received nothing for too long. Returns the number of visited uploads. A
-- worker deletes their parts from the store later. Each expiry records a change.
CREATE OR REPLACE FUNCTION expire_uploads(p_limit integer, p_at timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
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

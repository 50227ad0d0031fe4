-- Sets the state of up to `p_limit` files to the state of their content. Returns the number of updated files. Each
-- update records a change.
CREATE OR REPLACE FUNCTION sync_file_states(p_limit integer, p_at timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
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

-- Returns the id of the namespace at a path, and creates the namespace and its missing parents. The row stays locked
-- against removal until the transaction ends. A new namespace gets the settings that were kept under its path.
CREATE OR REPLACE FUNCTION ensure_namespace(p_path text, p_by jsonb, p_at timestamptz)
RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  v_id uuid;
  v_parent uuid;
  v_path text;
  v_segment text;
  v_kept kept_namespaces;
BEGIN
  SELECT id INTO v_id FROM namespaces WHERE path = p_path FOR KEY SHARE;
  IF FOUND THEN RETURN v_id; END IF;
  FOREACH v_segment IN ARRAY string_to_array(p_path, '/') LOOP
    v_path := concat_ws('/', v_path, v_segment);
    LOOP
      SELECT id INTO v_id FROM namespaces WHERE path = v_path FOR KEY SHARE;
      EXIT WHEN FOUND;
      INSERT INTO namespaces (id, parent_id, path, created_by, created_at, updated_at)
      VALUES (uuid_v7(p_at), v_parent, v_path, p_by->>'actor', p_at, p_at)
      ON CONFLICT (path) DO NOTHING
      RETURNING id INTO v_id;
      IF FOUND THEN
        v_kept := restore_kept_namespace(v_id, v_path, p_at);
        PERFORM record_change('namespace', v_id, v_path, 'created', NULL,
          jsonb_build_object('id', v_id, 'path', v_path, 'description', NULL, 'metadata', '{}'::jsonb,
            'quotaBytes', v_kept.quota_bytes),
          CASE WHEN v_kept.path IS NOT NULL THEN jsonb_build_object('restoredGrants', jsonb_array_length(v_kept.grants),
            'restoredProtections', jsonb_array_length(v_kept.protections)) END, p_by, p_at);
        EXIT;
      END IF;
    END LOOP;
    v_parent := v_id;
  END LOOP;
  RETURN v_id;
END
$$;

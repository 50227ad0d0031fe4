-- Applies the settings that were kept under a path to a new namespace. Returns null if none exist or if they have
-- expired.
CREATE OR REPLACE FUNCTION restore_kept_namespace(p_id uuid, p_path text, p_at timestamptz)
RETURNS kept_namespaces LANGUAGE plpgsql AS $$
DECLARE
  v_kept kept_namespaces;
  v_owner jsonb := jsonb_build_object('namespace_id', p_id);
BEGIN
  DELETE FROM kept_namespaces WHERE path = p_path RETURNING * INTO v_kept;
  IF NOT FOUND OR v_kept.kept_until <= p_at THEN RETURN NULL; END IF;
  UPDATE namespaces SET quota_bytes = v_kept.quota_bytes WHERE id = p_id AND v_kept.quota_bytes IS NOT NULL;
  PERFORM insert_kept_rows('grants',
    (SELECT coalesce(jsonb_agg(r || v_owner), '[]') FROM jsonb_array_elements(v_kept.grants) r));
  PERFORM insert_kept_rows('protected_aliases',
    (SELECT coalesce(jsonb_agg(r || v_owner), '[]') FROM jsonb_array_elements(v_kept.protections) r));
  RETURN v_kept;
END
$$;

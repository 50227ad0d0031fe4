-- Returns the id and the current digest of a dataset that a version or a metric mentions. The first mention creates the
-- dataset with the given digest. A mention never changes an existing dataset.
CREATE OR REPLACE FUNCTION ensure_dataset(
  p_namespace text, p_name text, p_digest text, p_by jsonb, p_at timestamptz,
  OUT id uuid, OUT digest text
) LANGUAGE plpgsql AS $$
DECLARE
  v_namespace_id uuid;
BEGIN
  LOOP
    SELECT d.id, d.digest INTO id, digest
    FROM datasets d JOIN namespaces n ON n.id = d.namespace_id
    WHERE n.path = p_namespace AND d.name = p_name;
    IF FOUND THEN RETURN; END IF;
    v_namespace_id := ensure_namespace(p_namespace, p_by, p_at);
    INSERT INTO datasets AS d (id, namespace_id, name, digest, created_by, created_at, updated_at)
    VALUES (uuid_v7(p_at), v_namespace_id, p_name, p_digest, p_by->>'actor', p_at, p_at)
    ON CONFLICT (namespace_id, name) DO NOTHING
    RETURNING d.id, d.digest INTO id, digest;
    IF FOUND THEN
      PERFORM record_change('dataset', id, p_namespace, 'created', NULL,
        jsonb_build_object('id', id, 'namespace', p_namespace, 'name', p_name, 'uri', NULL, 'digest', p_digest,
                           'metadata', '{}'::jsonb), NULL, p_by, p_at);
      RETURN;
    END IF;
  END LOOP;
END
$$;

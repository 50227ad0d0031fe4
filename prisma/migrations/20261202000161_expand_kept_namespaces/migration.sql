-- What admins set on a namespace outlives its deletion for the grace time: whoever makes the namespace anew gets it back.
CREATE TABLE kept_namespaces (
  path        text COLLATE "C" PRIMARY KEY,
  quota_bytes bigint,
  -- Whole rows, as arrays of objects.
  grants      jsonb NOT NULL,
  protections jsonb NOT NULL,
  kept_until  timestamptz(3) NOT NULL
);
CREATE INDEX kept_namespaces_until ON kept_namespaces (kept_until);

-- Keeps what is set on a namespace that is about to be deleted, if anything is.
CREATE FUNCTION keep_namespace(p_id uuid, p_until timestamptz) RETURNS void LANGUAGE sql AS $$
  INSERT INTO kept_namespaces (path, quota_bytes, grants, protections, kept_until)
  SELECT path, quota_bytes, grants, protections, p_until FROM (
    SELECT n.path, n.quota_bytes,
      (SELECT coalesce(jsonb_agg(to_jsonb(g)), '[]') FROM grants g WHERE g.namespace_id = n.id) AS grants,
      (SELECT coalesce(jsonb_agg(to_jsonb(p)), '[]') FROM protected_aliases p WHERE p.namespace_id = n.id) AS protections
    FROM namespaces n WHERE n.id = p_id) AS k
  WHERE quota_bytes IS NOT NULL OR grants <> '[]' OR protections <> '[]'
  ON CONFLICT (path) DO UPDATE SET quota_bytes = EXCLUDED.quota_bytes, grants = EXCLUDED.grants,
    protections = EXCLUDED.protections, kept_until = EXCLUDED.kept_until
$$;

-- Inserts kept rows again. A column that a later migration added gets its default.
CREATE FUNCTION insert_kept_rows(p_table regclass, p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_columns text;
BEGIN
  IF jsonb_array_length(p_rows) = 0 THEN RETURN; END IF;
  SELECT string_agg(quote_ident(attname), ', ') INTO v_columns FROM pg_attribute
  WHERE attrelid = p_table AND attnum > 0 AND NOT attisdropped AND p_rows->0 ? attname::text;
  EXECUTE format('INSERT INTO %1$s (%2$s) SELECT %2$s FROM jsonb_populate_recordset(NULL::%1$s, $1)', p_table, v_columns)
  USING p_rows;
END
$$;

-- Sets on a namespace that was just made what was kept under its path. Null: nothing was.
CREATE FUNCTION restore_kept_namespace(p_id uuid, p_path text, p_at timestamptz) RETURNS kept_namespaces LANGUAGE plpgsql AS $$
DECLARE
  v_kept kept_namespaces;
  v_owner jsonb := jsonb_build_object('namespace_id', p_id);
BEGIN
  DELETE FROM kept_namespaces WHERE path = p_path RETURNING * INTO v_kept;
  IF NOT FOUND OR v_kept.kept_until <= p_at THEN RETURN NULL; END IF;
  UPDATE namespaces SET quota_bytes = v_kept.quota_bytes WHERE id = p_id AND v_kept.quota_bytes IS NOT NULL;
  PERFORM insert_kept_rows('grants', (SELECT coalesce(jsonb_agg(r || v_owner), '[]') FROM jsonb_array_elements(v_kept.grants) r));
  PERFORM insert_kept_rows('protected_aliases',
    (SELECT coalesce(jsonb_agg(r || v_owner), '[]') FROM jsonb_array_elements(v_kept.protections) r));
  RETURN v_kept;
END
$$;

-- As before; what was kept of a deleted namespace is set again.
CREATE OR REPLACE FUNCTION ensure_namespace(p_path text, p_by jsonb, p_at timestamptz) RETURNS uuid LANGUAGE plpgsql AS $$
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

-- Whether a root that this transaction made, or a namespace below it, has settings that were kept.
CREATE FUNCTION has_kept_settings(p_root text, p_at timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM kept_namespaces WHERE starts_with(path, p_root || '/') AND kept_until > p_at)
    OR EXISTS (SELECT 1 FROM namespaces n WHERE (n.path = p_root OR starts_with(n.path, p_root || '/'))
      AND (n.quota_bytes IS NOT NULL
        OR EXISTS (SELECT 1 FROM grants g WHERE g.namespace_id = n.id)
        OR EXISTS (SELECT 1 FROM protected_aliases p WHERE p.namespace_id = n.id)))
$$;

CREATE FUNCTION prune_kept_namespaces(p_before timestamptz, p_limit integer) RETURNS integer LANGUAGE sql AS $$
  WITH gone AS (
    DELETE FROM kept_namespaces WHERE path IN (
      SELECT path FROM kept_namespaces WHERE kept_until <= p_before ORDER BY kept_until LIMIT p_limit)
    RETURNING path)
  SELECT count(*)::integer FROM gone
$$;

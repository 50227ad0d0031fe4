-- Keeps the settings of a namespace that is about to be deleted, if it has any.
CREATE OR REPLACE FUNCTION keep_namespace(p_id uuid, p_until timestamptz) RETURNS void LANGUAGE sql AS $$
  INSERT INTO kept_namespaces (path, quota_bytes, grants, protections, kept_until)
  SELECT path, quota_bytes, grants, protections, p_until FROM (
    SELECT n.path, n.quota_bytes,
      (SELECT coalesce(jsonb_agg(to_jsonb(g)), '[]') FROM grants g WHERE g.namespace_id = n.id) AS grants,
      (SELECT coalesce(jsonb_agg(to_jsonb(p)), '[]')
       FROM protected_aliases p WHERE p.namespace_id = n.id) AS protections
    FROM namespaces n WHERE n.id = p_id) AS k
  WHERE quota_bytes IS NOT NULL OR grants <> '[]' OR protections <> '[]'
  ON CONFLICT (path) DO UPDATE SET quota_bytes = EXCLUDED.quota_bytes, grants = EXCLUDED.grants,
    protections = EXCLUDED.protections, kept_until = EXCLUDED.kept_until
$$;

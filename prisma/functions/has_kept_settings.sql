-- Returns whether a namespace at or below `p_root` has kept or restored settings. This transaction has just created the
-- root, so all settings of its namespaces are restored ones.
CREATE OR REPLACE FUNCTION has_kept_settings(p_root text, p_at timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM kept_namespaces WHERE is_at_or_below(path, p_root) AND kept_until > p_at)
    OR EXISTS (SELECT 1 FROM namespaces n WHERE is_at_or_below(n.path, p_root)
      AND (n.quota_bytes IS NOT NULL
        OR EXISTS (SELECT 1 FROM grants g WHERE g.namespace_id = n.id)
        OR EXISTS (SELECT 1 FROM protected_aliases p WHERE p.namespace_id = n.id)))
$$;

-- Lists the models with rules in a section of a policy: their own policy, or that of a namespace above.
CREATE OR REPLACE FUNCTION models_under_policy(p_section text)
RETURNS TABLE (model_id uuid, path text) LANGUAGE sql STABLE AS $$
  SELECT m.id, n.path FROM policies p JOIN models m ON m.id = p.owner_id JOIN namespaces n ON n.id = m.namespace_id
  WHERE p.owner_kind = 'model' AND p.document ? p_section AND m.deleted_at IS NULL
  UNION
  SELECT m.id, n.path FROM policies p JOIN namespaces o ON o.id = p.owner_id
  JOIN namespaces n ON is_at_or_below(n.path, o.path) JOIN models m ON m.namespace_id = n.id
  WHERE p.owner_kind = 'namespace' AND p.document ? p_section AND m.deleted_at IS NULL
$$;

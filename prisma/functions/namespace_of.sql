CREATE OR REPLACE FUNCTION namespace_of(p_kind text, p_id uuid) RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT (SELECT o.namespace_id FROM owned_objects o WHERE o.kind = p_kind AND o.id = p_id)
$$;

-- Returns whether an object exists. `prune_changes` keeps the last changes of existing objects of these kinds.
CREATE OR REPLACE FUNCTION object_exists(p_kind text, p_id uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN CASE p_kind
    WHEN 'alias' THEN EXISTS (SELECT FROM aliases WHERE id = p_id)
    WHEN 'namespace' THEN EXISTS (SELECT FROM namespaces WHERE id = p_id)
    ELSE EXISTS (SELECT FROM owned_objects WHERE kind = p_kind AND id = p_id)
  END;
END
$$;

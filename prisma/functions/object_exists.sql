-- Whether an object exists, for the kinds whose last changes are read as long as it does.
CREATE OR REPLACE FUNCTION object_exists(p_kind text, p_id uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN CASE p_kind
    WHEN 'checkpoint' THEN EXISTS (SELECT FROM checkpoints WHERE id = p_id)
    WHEN 'experiment' THEN EXISTS (SELECT FROM experiments WHERE id = p_id)
    WHEN 'version' THEN EXISTS (SELECT FROM versions WHERE id = p_id)
    WHEN 'model' THEN EXISTS (SELECT FROM models WHERE id = p_id)
    WHEN 'alias' THEN EXISTS (SELECT FROM aliases WHERE id = p_id)
    WHEN 'namespace' THEN EXISTS (SELECT FROM namespaces WHERE id = p_id)
    ELSE false
  END;
END
$$;

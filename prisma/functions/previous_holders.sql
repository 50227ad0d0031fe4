-- Lists the versions that a rollback of the model's aliases would restore, one step for each alias.
CREATE OR REPLACE FUNCTION previous_holders(p_model_id uuid) RETURNS TABLE (version_id uuid) LANGUAGE sql STABLE AS $$
  WITH RECURSIVE walk AS (
    SELECT n.holder, n.back_id, NULL::uuid AS found
    FROM (SELECT DISTINCT ON (m.alias) m.to_version_id AS holder, m.back_id FROM alias_moves m
          WHERE m.model_id = p_model_id ORDER BY m.alias, m.id DESC) AS n
    UNION ALL
    SELECT w.holder, m.back_id, CASE WHEN m.to_version_id IS DISTINCT FROM w.holder THEN m.to_version_id END
    FROM walk w JOIN alias_moves m ON m.id = w.back_id WHERE w.found IS NULL
  )
  SELECT DISTINCT found FROM walk WHERE found IS NOT NULL
$$;

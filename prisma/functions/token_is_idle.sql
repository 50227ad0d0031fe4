-- Returns whether a token, or one of its ancestors, was not used since a time.
CREATE OR REPLACE FUNCTION token_is_idle(p_id uuid, p_since timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
  WITH RECURSIVE line AS (
    SELECT id, parent_id, last_used_at, created_at FROM tokens WHERE id = p_id
    UNION ALL
    SELECT t.id, t.parent_id, t.last_used_at, t.created_at FROM line JOIN tokens t ON t.id = line.parent_id)
  SELECT EXISTS (SELECT 1 FROM line WHERE coalesce(last_used_at, created_at) < p_since)
$$;

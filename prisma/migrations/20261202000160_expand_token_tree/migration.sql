-- The token that made a token. Null: nobody's token made it, but a sign-in, the bootstrap token or the local user.
ALTER TABLE tokens ADD COLUMN parent_id uuid REFERENCES tokens (id) ON DELETE CASCADE;
CREATE INDEX tokens_parent ON tokens (parent_id) WHERE parent_id IS NOT NULL;

-- Existing tokens get the parent that made them, if both still count. A token whose parent is over already keeps working:
-- an upgrade must not lock out the administrators whose first token was revoked, as the documentation told them to do.
UPDATE tokens t SET parent_id = p.id
FROM changes c JOIN tokens p ON p.id = c.token_id
WHERE c.object_kind = 'token' AND c.object_id = t.id AND c.action = 'created' AND p.id <> t.id
  AND p.created_by <> 'modelbox' AND t.revoked_at IS NULL AND p.revoked_at IS NULL
  AND coalesce(t.expires_at > now(), true) AND coalesce(p.expires_at > now(), true);

WITH RECURSIVE tree AS (
  SELECT id, expires_at FROM tokens WHERE parent_id IS NULL
  UNION ALL
  SELECT t.id, least(t.expires_at, tree.expires_at) FROM tokens t JOIN tree ON t.parent_id = tree.id)
UPDATE tokens t SET expires_at = tree.expires_at FROM tree
WHERE tree.id = t.id AND t.parent_id IS NOT NULL AND t.expires_at IS DISTINCT FROM tree.expires_at;

-- Whether a token, or one of those that it comes from, was not used since a time.
CREATE FUNCTION token_is_idle(p_id uuid, p_since timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
  WITH RECURSIVE line AS (
    SELECT id, parent_id, last_used_at, created_at FROM tokens WHERE id = p_id
    UNION ALL
    SELECT t.id, t.parent_id, t.last_used_at, t.created_at FROM line JOIN tokens t ON t.id = line.parent_id)
  SELECT EXISTS (SELECT 1 FROM line WHERE coalesce(last_used_at, created_at) < p_since)
$$;

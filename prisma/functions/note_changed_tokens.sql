-- Records the principals of tokens whose rights changed. The time of the last use does not affect rights.
CREATE OR REPLACE FUNCTION note_changed_tokens() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note_access_changes(ARRAY(
    SELECT unnest(ARRAY[was.principal, now_is.principal]) FROM was FULL JOIN now_is USING (id)
    WHERE (was.hash, was.principal, was.administrator, was.namespaces, was.permissions, was.networks, was.expires_at,
           was.revoked_at) IS DISTINCT FROM
          (now_is.hash, now_is.principal, now_is.administrator, now_is.namespaces, now_is.permissions, now_is.networks,
           now_is.expires_at, now_is.revoked_at)));
  RETURN NULL;
END
$$;

-- Inserted tokens need no trigger: no server has cached them.
CREATE OR REPLACE TRIGGER tokens_updated AFTER UPDATE ON tokens REFERENCING OLD TABLE AS was NEW TABLE AS now_is
  FOR EACH STATEMENT EXECUTE FUNCTION note_changed_tokens();

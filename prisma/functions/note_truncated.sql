-- Records that the rights of all principals may have changed.
CREATE OR REPLACE FUNCTION note_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note_access_changes(ARRAY['*']);
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER grants_truncated AFTER TRUNCATE ON grants EXECUTE FUNCTION note_truncated();
CREATE OR REPLACE TRIGGER tokens_truncated AFTER TRUNCATE ON tokens EXECUTE FUNCTION note_truncated();

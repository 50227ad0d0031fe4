-- Records the principals of inserted or deleted rows.
CREATE OR REPLACE FUNCTION note_changed_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note_access_changes(ARRAY(SELECT principal FROM changed));
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER grants_inserted AFTER INSERT ON grants REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_changed_rows();
CREATE OR REPLACE TRIGGER grants_deleted AFTER DELETE ON grants REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_changed_rows();
CREATE OR REPLACE TRIGGER tokens_deleted AFTER DELETE ON tokens REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_changed_rows();

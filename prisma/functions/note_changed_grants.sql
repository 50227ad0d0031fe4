-- Records the principals of updated grants, before and after the update.
CREATE OR REPLACE FUNCTION note_changed_grants() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note_access_changes(ARRAY(SELECT principal FROM was UNION SELECT principal FROM now_is));
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER grants_updated AFTER UPDATE ON grants REFERENCING OLD TABLE AS was NEW TABLE AS now_is
  FOR EACH STATEMENT EXECUTE FUNCTION note_changed_grants();

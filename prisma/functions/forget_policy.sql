-- Deletes the policy and the pending policy work of a deleted model or namespace. Edits and decisions stay.
CREATE OR REPLACE FUNCTION forget_policy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM policies WHERE owner_id = OLD.id;
  DELETE FROM retention_runs WHERE owner_id = OLD.id;
  DELETE FROM policy_work WHERE model_id = OLD.id;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER models_policy AFTER DELETE ON models FOR EACH ROW EXECUTE FUNCTION forget_policy();
CREATE OR REPLACE TRIGGER namespaces_policy AFTER DELETE ON namespaces FOR EACH ROW EXECUTE FUNCTION forget_policy();

-- Keeps records append-only, so no mistaken statement of the server or by hand can revoke one. Only the worker that
-- prunes may delete: it sets a parameter in its transaction.
CREATE OR REPLACE FUNCTION refuse_to_forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit_events'
     AND current_setting('modelbox.audit_retention', true) = 'on' THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'changes' AND current_setting('modelbox.changes_retention', true) = 'on' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'MB002';
END
$$;

CREATE OR REPLACE TRIGGER audit_events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_forget();
CREATE OR REPLACE TRIGGER changes_stay BEFORE DELETE OR TRUNCATE ON changes
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_forget();
-- Only `seq` may change: it is assigned after the commit.
CREATE OR REPLACE TRIGGER changes_stay_as_they_are
  BEFORE UPDATE OF id, object_kind, object_id, namespace, action, before, after, detail,
    actor, token_id, address, request_id, at
  ON changes FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_forget();

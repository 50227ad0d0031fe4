-- Makes the retention of a model or namespace due at once when its policy changes. A policy of a namespace also affects
-- the models below.
CREATE OR REPLACE FUNCTION retention_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM retention_runs r WHERE r.owner_id = NEW.owner_id;
  IF NEW.owner_kind = 'namespace' THEN
    DELETE FROM retention_runs r USING models m, namespaces n, namespaces o
    WHERE o.id = NEW.owner_id AND is_at_or_below(n.path, o.path) AND m.namespace_id = n.id
      AND r.owner_id = m.id;
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER policies_retention AFTER INSERT OR UPDATE ON policies
  FOR EACH ROW EXECUTE FUNCTION retention_due();

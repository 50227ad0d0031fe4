-- What is remembered of callers counts until something that it is made of changes. Whoever changes it, be it by cascade or
-- by hand, a trigger notes whose rights they were; servers ask for what is new, and forget those. The one row is locked
-- until the change commits, so that epochs commit in their order: a reader never sees one before a lower one.

CREATE TABLE access_epoch (
  id    integer PRIMARY KEY CHECK (id = 1),
  epoch bigint NOT NULL
);
INSERT INTO access_epoch VALUES (1, 0);

-- When something of a principal changed last. `*` stands for all of them.
CREATE TABLE access_changes (
  principal text COLLATE "C" PRIMARY KEY,
  epoch     bigint NOT NULL
);
CREATE INDEX access_changes_epoch ON access_changes (epoch);

CREATE FUNCTION note_access_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_epoch bigint;
BEGIN
  UPDATE access_epoch SET epoch = epoch + 1 RETURNING epoch INTO v_epoch;
  INSERT INTO access_changes (principal, epoch)
  SELECT DISTINCT principal, v_epoch
  FROM unnest(CASE TG_OP
                WHEN 'TRUNCATE' THEN ARRAY['*']
                WHEN 'INSERT' THEN ARRAY[NEW.principal]
                WHEN 'DELETE' THEN ARRAY[OLD.principal]
                ELSE ARRAY[OLD.principal, NEW.principal]
              END) AS principal
  ON CONFLICT (principal) DO UPDATE SET epoch = EXCLUDED.epoch;
  RETURN NULL;
END
$$;

CREATE TRIGGER grants_changed AFTER INSERT OR UPDATE OR DELETE ON grants
  FOR EACH ROW EXECUTE FUNCTION note_access_change();
CREATE TRIGGER grants_truncated AFTER TRUNCATE ON grants EXECUTE FUNCTION note_access_change();
-- A new token is remembered by nobody, and using one changes nothing of it.
CREATE TRIGGER tokens_changed AFTER DELETE
  OR UPDATE OF hash, principal, administrator, namespaces, permissions, networks, expires_at, revoked_at ON tokens
  FOR EACH ROW EXECUTE FUNCTION note_access_change();
CREATE TRIGGER tokens_truncated AFTER TRUNCATE ON tokens EXECUTE FUNCTION note_access_change();

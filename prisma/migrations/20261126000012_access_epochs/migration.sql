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

CREATE FUNCTION note_access_changes(p_principals text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_epoch bigint;
BEGIN
  IF cardinality(p_principals) = 0 THEN RETURN; END IF;
  UPDATE access_epoch SET epoch = epoch + 1 RETURNING epoch INTO v_epoch;
  INSERT INTO access_changes (principal, epoch) SELECT DISTINCT unnest(p_principals), v_epoch
  ON CONFLICT (principal) DO UPDATE SET epoch = EXCLUDED.epoch;
END
$$;

-- Rows that came or went.
CREATE FUNCTION note_changed_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note_access_changes(ARRAY(SELECT principal FROM changed));
  RETURN NULL;
END
$$;

CREATE FUNCTION note_changed_grants() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note_access_changes(ARRAY(SELECT principal FROM was UNION SELECT principal FROM now_is));
  RETURN NULL;
END
$$;

-- Using a token changes nothing of it.
CREATE FUNCTION note_changed_tokens() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE FUNCTION note_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note_access_changes(ARRAY['*']);
  RETURN NULL;
END
$$;

CREATE TRIGGER grants_inserted AFTER INSERT ON grants REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_changed_rows();
CREATE TRIGGER grants_updated AFTER UPDATE ON grants REFERENCING OLD TABLE AS was NEW TABLE AS now_is
  FOR EACH STATEMENT EXECUTE FUNCTION note_changed_grants();
CREATE TRIGGER grants_deleted AFTER DELETE ON grants REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_changed_rows();
CREATE TRIGGER grants_truncated AFTER TRUNCATE ON grants EXECUTE FUNCTION note_truncated();
-- A new token is remembered by nobody.
CREATE TRIGGER tokens_updated AFTER UPDATE ON tokens REFERENCING OLD TABLE AS was NEW TABLE AS now_is
  FOR EACH STATEMENT EXECUTE FUNCTION note_changed_tokens();
CREATE TRIGGER tokens_deleted AFTER DELETE ON tokens REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_changed_rows();
CREATE TRIGGER tokens_truncated AFTER TRUNCATE ON tokens EXECUTE FUNCTION note_truncated();

-- Who did what. Writes are told by their changes; here is what leaves none: attempts that were denied, and reads. Ids are
-- drawn where those of changes are, so that one is never both: together they are one list.

CREATE TABLE audit_events (
  id          bigint PRIMARY KEY DEFAULT nextval('changes_id_seq'),
  at          timestamptz(3) NOT NULL,
  outcome     text COLLATE "C" NOT NULL CHECK (outcome IN ('denied', 'read')),
  -- Null: nobody who is known.
  actor       text COLLATE "C",
  token_id    uuid,
  address     text COLLATE "C",
  request_id  text COLLATE "C",
  method      text COLLATE "C" NOT NULL,
  route       text COLLATE "C" NOT NULL,
  status      integer NOT NULL,
  permission  text COLLATE "C",
  object_kind text COLLATE "C",
  object_id   uuid,
  namespace   text COLLATE "C",
  name        text COLLATE "C",
  detail      text COLLATE "C"
);
CREATE INDEX audit_events_at ON audit_events (at, id);
CREATE INDEX audit_events_actor ON audit_events (actor, at, id);
CREATE INDEX audit_events_object ON audit_events (object_id, at, id) WHERE object_id IS NOT NULL;

-- The order of time. A change comes in when it gets its place in the feed: the write itself has no more to do than before.
CREATE INDEX changes_at ON changes (at, id) WHERE seq IS NOT NULL;

-- The record is only ever added to, whoever asks: a mistake in a statement, here or by hand, does not take it back.
CREATE FUNCTION refuse_to_forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- What is due goes; the worker that removes it says so in its transaction.
  IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit_events' AND current_setting('modelbox.audit_retention', true) = 'on' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'MB002';
END
$$;

CREATE TRIGGER audit_events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_forget();
CREATE TRIGGER changes_stay BEFORE DELETE OR TRUNCATE ON changes
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_forget();
-- All but `seq`, which a change gets after the commit.
CREATE TRIGGER changes_stay_as_they_are
  BEFORE UPDATE OF id, object_kind, object_id, namespace, action, before, after, detail, actor, token_id, address, request_id, at
  ON changes FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_forget();

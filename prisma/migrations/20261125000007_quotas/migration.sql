-- Content that is known by its hash, quotas of bytes, and whose store it is.

-- What a store of files is marked with, so that no other database takes its content for nobody's. A dump has it too.
CREATE TABLE database_identity (
  id      uuid NOT NULL DEFAULT gen_random_uuid(),
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only)
);
INSERT INTO database_identity DEFAULT VALUES;

-- `quota_charged` is never less than what is stored below the namespace and on its way there, however much more: so it
-- tells that something fits, and nothing else. Null: not counted yet.
ALTER TABLE namespaces
  ADD COLUMN quota_bytes   bigint CHECK (quota_bytes >= 0),
  ADD COLUMN quota_charged bigint;

-- The namespace of the object that a stored file belongs to, and of the object that an upload is for. It never changes, and
-- outlives them. Null where a file is not stored.
ALTER TABLE files ADD COLUMN namespace_id uuid;
ALTER TABLE uploads ADD COLUMN namespace_id uuid;

UPDATE files f SET namespace_id = o.namespace_id FROM models o
WHERE f.blob_id IS NOT NULL AND f.object_kind = 'model' AND o.id = f.object_id;
UPDATE files f SET namespace_id = m.namespace_id FROM versions o JOIN models m ON m.id = o.model_id
WHERE f.blob_id IS NOT NULL AND f.object_kind = 'version' AND o.id = f.object_id;
UPDATE files f SET namespace_id = o.namespace_id FROM experiments o
WHERE f.blob_id IS NOT NULL AND f.object_kind = 'experiment' AND o.id = f.object_id;
UPDATE files f SET namespace_id = e.namespace_id FROM checkpoints o JOIN experiments e ON e.id = o.experiment_id
WHERE f.blob_id IS NOT NULL AND f.object_kind = 'checkpoint' AND o.id = f.object_id;

CREATE FUNCTION namespace_of(p_kind text, p_id uuid) RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT CASE p_kind
    WHEN 'model' THEN (SELECT o.namespace_id FROM models o WHERE o.id = p_id)
    WHEN 'version' THEN (SELECT m.namespace_id FROM versions o JOIN models m ON m.id = o.model_id WHERE o.id = p_id)
    WHEN 'experiment' THEN (SELECT o.namespace_id FROM experiments o WHERE o.id = p_id)
    WHEN 'checkpoint' THEN (SELECT e.namespace_id FROM checkpoints o JOIN experiments e ON e.id = o.experiment_id
                            WHERE o.id = p_id)
  END
$$;
UPDATE uploads SET namespace_id = namespace_of(object_kind, object_id);

-- Whoever writes a row may fill it in itself, and saves the look.
CREATE FUNCTION fill_namespace() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.namespace_id := namespace_of(NEW.object_kind, NEW.object_id);
  RETURN NEW;
END
$$;
CREATE TRIGGER files_namespace BEFORE INSERT OR UPDATE OF blob_id ON files
  FOR EACH ROW WHEN (NEW.blob_id IS NOT NULL AND NEW.namespace_id IS NULL) EXECUTE FUNCTION fill_namespace();
CREATE TRIGGER uploads_namespace BEFORE INSERT ON uploads
  FOR EACH ROW WHEN (NEW.namespace_id IS NULL) EXECUTE FUNCTION fill_namespace();

-- Finds the files that have some content, and in which namespaces they lie.
DROP INDEX files_blob;
CREATE INDEX files_blob ON files (blob_id, namespace_id) WHERE blob_id IS NOT NULL;
-- Counts the content of a namespace without a look at the table.
CREATE INDEX files_stored ON files (namespace_id, blob_id) INCLUDE (size_bytes) WHERE blob_id IS NOT NULL;
CREATE INDEX uploads_under_way ON uploads (namespace_id) INCLUDE (size_bytes) WHERE state IN ('open', 'verifying');

-- Holds content against the sweep until the transaction ends, as `keep_blob` does, without having it at hand. Answers what
-- is there and whole; in order, so that two requests never wait for each other in a circle.
CREATE FUNCTION hold_blobs(p_sha256 text[]) RETURNS TABLE (id uuid, sha256 text, size_bytes bigint) LANGUAGE plpgsql AS $$
BEGIN
  -- Waits for a sweep that looks at it: one that deletes it leaves nothing to hold.
  PERFORM FROM blobs b WHERE b.sha256 = ANY (p_sha256) ORDER BY b.sha256 FOR KEY SHARE;
  PERFORM FROM blobs b WHERE b.sha256 = ANY (p_sha256) AND b.unreferenced_since IS NOT NULL
  ORDER BY b.sha256 FOR NO KEY UPDATE;
  UPDATE blobs b SET unreferenced_since = NULL WHERE b.sha256 = ANY (p_sha256) AND b.unreferenced_since IS NOT NULL;
  RETURN QUERY SELECT b.id, b.sha256, b.size_bytes FROM blobs b WHERE b.sha256 = ANY (p_sha256) AND b.corrupt_at IS NULL;
END
$$;

-- `{a, a/b, a/b/c}` for `a/b/c`.
CREATE FUNCTION paths_above(p_path text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_agg(array_to_string(segments[1:n], '/'))
  FROM (SELECT string_to_array(p_path, '/') AS segments) AS s, generate_series(1, cardinality(segments)) AS n
$$;

-- What is stored in a namespace and all below it, each content once, and what is on its way there. In one statement, so
-- that nothing is missed which goes from the one to the other. A slash comes just before a zero.
CREATE FUNCTION namespace_usage(p_path text, OUT files bigint, OUT contents bigint, OUT used bigint, OUT uploading bigint)
LANGUAGE sql STABLE AS $$
  WITH below AS (
    SELECT n.id FROM namespaces n WHERE n.path = p_path
    UNION ALL SELECT n.id FROM namespaces n WHERE n.path > p_path || '/' AND n.path < p_path || '0'
  )
  SELECT stored.files, stored.contents, stored.bytes, coming.bytes FROM (
    SELECT coalesce(sum(c.files), 0)::bigint AS files, count(*) AS contents, coalesce(sum(c.size_bytes), 0)::bigint AS bytes
    FROM (SELECT f.size_bytes, count(*) AS files FROM below b JOIN files f ON f.namespace_id = b.id
          WHERE f.blob_id IS NOT NULL GROUP BY f.blob_id, f.size_bytes) AS c
  ) AS stored, (
    SELECT coalesce(sum(u.size_bytes), 0)::bigint AS bytes FROM below b JOIN uploads u ON u.namespace_id = b.id
    WHERE u.state IN ('open', 'verifying')
  ) AS coming
$$;

-- Whether `p_bytes` more could be stored in a namespace, as it is just now: answers the first quota, from the top, in which
-- they do not fit.
CREATE FUNCTION find_lacking_quota(p_namespace text, p_bytes bigint)
RETURNS TABLE (path text, quota bigint, used bigint, asked bigint) LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_quota record;
  v_held bigint;
BEGIN
  FOR v_quota IN
    SELECT n.path, n.quota_bytes, n.quota_charged FROM namespaces n
    WHERE n.path = ANY (paths_above(p_namespace)) AND n.quota_bytes IS NOT NULL ORDER BY n.path
  LOOP
    CONTINUE WHEN v_quota.quota_charged + p_bytes <= v_quota.quota_bytes;
    SELECT u.used + u.uploading INTO v_held FROM namespace_usage(v_quota.path) AS u;
    IF v_held + p_bytes > v_quota.quota_bytes THEN
      RETURN QUERY SELECT v_quota.path, v_quota.quota_bytes, v_held, p_bytes;
      RETURN;
    END IF;
  END LOOP;
END
$$;

-- Charges every quota at and above a namespace for what the transaction has just written there, from the top, and keeps
-- them locked until it ends: what is written elsewhere meanwhile is charged after it. `p_bytes` is the most that it can be.
-- Answers the first quota that does not hold; then the transaction must be rolled back. Where there is no quota nothing is
-- locked but what the setting of a first quota waits for (`await_charges`).
--
-- Most charges only add to what was charged. When that would be too much all is counted: in an exact count each content is
-- there once, and what was deleted since is not. What adds nothing is no offence, be the quota exceeded or not: files of
-- the object `p_object_id` (at `p_paths`, or all) with content that others have. Without an object all of it is new.
CREATE FUNCTION charge_quotas(p_namespace text, p_bytes bigint, p_object_id uuid, p_paths text[])
RETURNS TABLE (path text, quota bigint, used bigint, asked bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_quota record;
  v_held bigint;
  v_new bigint;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('quotas', 0));
  FOR v_quota IN
    SELECT n.id, n.path, n.quota_bytes, n.quota_charged FROM namespaces n
    WHERE n.path = ANY (paths_above(p_namespace)) AND n.quota_bytes IS NOT NULL ORDER BY n.path FOR NO KEY UPDATE
  LOOP
    IF v_quota.quota_charged + p_bytes <= v_quota.quota_bytes THEN
      UPDATE namespaces n SET quota_charged = v_quota.quota_charged + p_bytes WHERE n.id = v_quota.id;
      CONTINUE;
    END IF;
    SELECT u.used + u.uploading INTO v_held FROM namespace_usage(v_quota.path) AS u;
    IF v_held > v_quota.quota_bytes THEN
      v_new := CASE WHEN p_object_id IS NULL THEN p_bytes ELSE new_bytes(v_quota.path, p_object_id, p_paths) END;
      IF v_new > 0 THEN
        RETURN QUERY SELECT v_quota.path, v_quota.quota_bytes, v_held - v_new, v_new;
        RETURN;
      END IF;
    END IF;
    UPDATE namespaces n SET quota_charged = v_held WHERE n.id = v_quota.id;
  END LOOP;
END
$$;

-- Bytes of the content that, below a namespace, only these files have.
CREATE FUNCTION new_bytes(p_path text, p_object_id uuid, p_paths text[]) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(mine.size_bytes), 0)::bigint FROM (
    SELECT DISTINCT f.blob_id, f.size_bytes FROM files f
    WHERE f.object_id = p_object_id AND f.blob_id IS NOT NULL AND (p_paths IS NULL OR f.path = ANY (p_paths))
  ) AS mine
  WHERE NOT EXISTS (
    SELECT FROM files o JOIN namespaces n ON n.id = o.namespace_id
    WHERE o.blob_id = mine.blob_id AND (n.path = p_path OR n.path > p_path || '/' AND n.path < p_path || '0')
      AND NOT (o.object_id = p_object_id AND (p_paths IS NULL OR o.path = ANY (p_paths))))
$$;

-- Waits until no transaction is under way that has found no quota to charge, and keeps others from it until this one ends:
-- for whoever sets a quota where there is none. What was stored without it is then there to be counted.
CREATE FUNCTION await_charges() RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock(hashtextextended('quotas', 0))
$$;

-- As before; what is recorded names the quota too.
CREATE OR REPLACE FUNCTION ensure_namespace(p_path text, p_by jsonb, p_at timestamptz) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  v_id uuid;
  v_parent uuid;
  v_path text;
  v_segment text;
BEGIN
  SELECT id INTO v_id FROM namespaces WHERE path = p_path FOR KEY SHARE;
  IF FOUND THEN RETURN v_id; END IF;
  FOREACH v_segment IN ARRAY string_to_array(p_path, '/') LOOP
    v_path := concat_ws('/', v_path, v_segment);
    LOOP
      SELECT id INTO v_id FROM namespaces WHERE path = v_path FOR KEY SHARE;
      EXIT WHEN FOUND;
      INSERT INTO namespaces (id, parent_id, path, created_by, created_at, updated_at)
      VALUES (uuid_v7(p_at), v_parent, v_path, p_by->>'actor', p_at, p_at)
      ON CONFLICT (path) DO NOTHING
      RETURNING id INTO v_id;
      IF FOUND THEN
        PERFORM record_change('namespace', v_id, v_path, 'created', NULL,
          jsonb_build_object('id', v_id, 'path', v_path, 'description', NULL, 'metadata', '{}'::jsonb, 'quotaBytes', NULL),
          NULL, p_by, p_at);
        EXIT;
      END IF;
    END LOOP;
    v_parent := v_id;
  END LOOP;
  RETURN v_id;
END
$$;

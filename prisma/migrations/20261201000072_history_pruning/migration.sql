-- History has an end: changes, decisions and what else grows with time are pruned after `MODELBOX_CHANGES_RETENTION`.

-- How far pruning has come. A reader of the feed that asks for changes after a position below `pruned_seq` may miss some;
-- every change above it is there.
CREATE TABLE history_pruning (
  id          integer PRIMARY KEY CHECK (id = 1),
  pruned_seq  bigint NOT NULL,
  decision_id bigint NOT NULL
);
INSERT INTO history_pruning VALUES (1, 0, 0);

-- The facts of a version as the pruned changes told them: backtests start from here.
CREATE TABLE version_baselines (
  version_id uuid PRIMARY KEY REFERENCES versions (id) ON DELETE CASCADE,
  -- The last change that is contained.
  change_id  bigint NOT NULL,
  at         timestamptz(3) NOT NULL,
  -- The version's own fields.
  after      jsonb,
  -- The latest metrics, in the form of a change's `detail.latest`.
  latest     jsonb
);

-- Rows that pruning deletes lie together: vacuum frees them long before they are a fifth of the table.
ALTER TABLE changes SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
ALTER TABLE decisions SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);

CREATE INDEX tokens_over ON tokens ((least(revoked_at, expires_at))) WHERE revoked_at IS NOT NULL OR expires_at IS NOT NULL;
CREATE INDEX proposals_decided ON proposals (decided_at) WHERE state <> 'open';

-- The record is only ever added to: a mistake in a statement, here or by hand, does not take it back. Only the worker that
-- prunes may delete, and says so in its transaction.
CREATE OR REPLACE FUNCTION refuse_to_forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit_events' AND current_setting('modelbox.audit_retention', true) = 'on' THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'changes' AND current_setting('modelbox.changes_retention', true) = 'on' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'MB002';
END
$$;

-- The last position that every reader of the feed inside the database has passed. A new reader adds itself here.
CREATE FUNCTION feed_read_by_all() RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT min(last_seq) FROM policy_feed
$$;

-- Whether an object is there, for the kinds whose last changes are read as long as it is.
CREATE FUNCTION object_exists(p_kind text, p_id uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN CASE p_kind
    WHEN 'checkpoint' THEN EXISTS (SELECT FROM checkpoints WHERE id = p_id)
    WHEN 'experiment' THEN EXISTS (SELECT FROM experiments WHERE id = p_id)
    WHEN 'version' THEN EXISTS (SELECT FROM versions WHERE id = p_id)
    WHEN 'model' THEN EXISTS (SELECT FROM models WHERE id = p_id)
    WHEN 'alias' THEN EXISTS (SELECT FROM aliases WHERE id = p_id)
    WHEN 'namespace' THEN EXISTS (SELECT FROM namespaces WHERE id = p_id)
    ELSE false
  END;
END
$$;

-- Adds the changes between two positions of the feed to the baselines of their versions.
CREATE FUNCTION extend_version_baselines(p_after bigint, p_until bigint) RETURNS void LANGUAGE sql AS $$
  WITH told AS MATERIALIZED (
    SELECT c.id, c.object_id, c.at, c.after, c.detail->'latest' AS latest
    FROM changes c JOIN versions v ON v.id = c.object_id
    WHERE c.seq > p_after AND c.seq <= p_until AND c.object_kind = 'version'
      AND (c.after IS NOT NULL OR c.action = 'metrics_logged')
  ), entries AS (
    SELECT t.object_id, t.id, e.value
    FROM told t, jsonb_array_elements(CASE jsonb_typeof(t.latest) WHEN 'array' THEN t.latest ELSE '[]' END) AS e
    UNION ALL
    SELECT b.version_id, 0, e.value FROM version_baselines b, jsonb_array_elements(b.latest) AS e
    WHERE b.version_id IN (SELECT object_id FROM told)
  ), merged AS (
    -- One entry for each key and dataset.
    SELECT object_id, jsonb_agg(value) AS latest FROM (
      SELECT DISTINCT ON (object_id, value->>0, value->>2) object_id, value FROM entries
      ORDER BY object_id, value->>0, value->>2, id DESC) AS newest
    GROUP BY object_id
  )
  INSERT INTO version_baselines AS b (version_id, change_id, at, after, latest)
  SELECT t.object_id, max(t.id), max(t.at), (array_agg(t.after ORDER BY t.id DESC) FILTER (WHERE t.after IS NOT NULL))[1], m.latest
  FROM told t LEFT JOIN merged m ON m.object_id = t.object_id GROUP BY t.object_id, m.latest
  ON CONFLICT (version_id) DO UPDATE
    SET change_id = EXCLUDED.change_id, at = EXCLUDED.at, after = coalesce(EXCLUDED.after, b.after), latest = EXCLUDED.latest
$$;

-- Deletes what is left of objects that are gone for good, once their last change is pruned: decisions about them, and
-- the history of a model or namespace.
CREATE FUNCTION prune_gone(p_ids uuid[]) RETURNS void LANGUAGE sql AS $$
  DELETE FROM decisions WHERE subject_id = ANY (p_ids);
  DELETE FROM decisions WHERE model_id = ANY (p_ids);
  DELETE FROM decisions WHERE namespace_id = ANY (p_ids);
  DELETE FROM alias_moves WHERE model_id = ANY (p_ids);
  DELETE FROM policy_edits WHERE owner_id = ANY (p_ids);
$$;

-- Looks at up to `p_limit` of the next changes of the feed that are older than `p_before`, and returns how many there were.
-- Of an object that exists, the newest change of each action stays: stamps, `before` of a purge, what a person undid or
-- restored, and edits of a policy are read from those. All other changes go. One caller at a time, over all servers; a
-- change that some reader of the feed has not passed stays. A batch is small, so every join goes by the index, never by a hash
-- of the whole table.
CREATE FUNCTION prune_changes(p_before timestamptz, p_limit integer) RETURNS integer LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  v_after bigint;
  v_until bigint;
  v_count integer;
  v_gone uuid[];
BEGIN
  SELECT pruned_seq INTO v_after FROM history_pruning WHERE id = 1 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN RETURN 0; END IF;
  SELECT max(seq), count(*) INTO v_until, v_count FROM (
    SELECT seq, bool_and(at < p_before) OVER (ORDER BY seq) AS is_old FROM (
      SELECT seq, at FROM changes WHERE seq > v_after AND seq <= feed_read_by_all() ORDER BY seq LIMIT p_limit) AS next
  ) AS prefix WHERE is_old;
  IF v_count = 0 THEN RETURN 0; END IF;
  -- A function header may set a parameter of our own only if a superuser creates it.
  PERFORM set_config('modelbox.changes_retention', 'on', true);
  PERFORM extend_version_baselines(v_after, v_until);
  -- An older change of the same object and action goes, also one that an earlier batch kept.
  WITH newest AS MATERIALIZED (
    SELECT object_id, action, max(id) AS id FROM changes WHERE seq > v_after AND seq <= v_until GROUP BY object_id, action
  )
  DELETE FROM changes c USING newest n WHERE c.object_id = n.object_id AND c.id < n.id AND c.action = n.action;
  WITH objects AS MATERIALIZED (
    SELECT DISTINCT object_kind, object_id FROM changes WHERE seq > v_after AND seq <= v_until
  )
  SELECT array_agg(object_id) INTO v_gone FROM objects WHERE NOT object_exists(object_kind, object_id);
  IF v_gone IS NOT NULL THEN
    DELETE FROM changes c WHERE c.object_id = ANY (v_gone) AND c.seq <= v_until;
    PERFORM prune_gone(ARRAY(SELECT g FROM unnest(v_gone) AS g
                             WHERE NOT EXISTS (SELECT FROM changes c WHERE c.object_id = g)));
  END IF;
  UPDATE history_pruning SET pruned_seq = v_until WHERE id = 1;
  RETURN v_count;
END
$$;

-- Looks at up to `p_limit` of the next decisions that are older than `p_before`, and returns how many there were. The last
-- one of a rule about a subject with each outcome stays as long as the subject exists.
CREATE FUNCTION prune_decisions(p_before timestamptz, p_limit integer) RETURNS integer LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  v_after bigint;
  v_until bigint;
  v_count integer;
BEGIN
  SELECT decision_id INTO v_after FROM history_pruning WHERE id = 1 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN RETURN 0; END IF;
  SELECT max(id), count(*) INTO v_until, v_count FROM (
    SELECT id, bool_and(at < p_before) OVER (ORDER BY id) AS is_old FROM (
      SELECT id, at FROM decisions WHERE id > v_after ORDER BY id LIMIT p_limit) AS next
  ) AS prefix WHERE is_old;
  IF v_count = 0 THEN RETURN 0; END IF;
  WITH newest AS MATERIALIZED (
    SELECT subject_id, kind, rule, model_id, namespace_id, outcome, max(id) AS id
    FROM decisions WHERE id > v_after AND id <= v_until GROUP BY 1, 2, 3, 4, 5, 6
  )
  DELETE FROM decisions d USING newest n
  WHERE d.subject_id = n.subject_id AND d.id < n.id AND d.kind = n.kind AND d.outcome = n.outcome
    AND d.rule IS NOT DISTINCT FROM n.rule AND d.model_id IS NOT DISTINCT FROM n.model_id
    AND d.namespace_id IS NOT DISTINCT FROM n.namespace_id;
  UPDATE history_pruning SET decision_id = v_until WHERE id = 1;
  RETURN v_count;
END
$$;

-- Deletes up to `p_limit` edits of policies that are older than `p_before` and followed by at least `p_keep` later edits.
CREATE FUNCTION prune_policy_edits(p_before timestamptz, p_keep integer, p_limit integer) RETURNS integer LANGUAGE sql AS $$
  WITH gone AS (
    DELETE FROM policy_edits WHERE id IN (
      SELECT e.id FROM policies p JOIN policy_edits e ON e.owner_id = p.owner_id AND e.edit <= p.edit - p_keep
      WHERE e.at < p_before LIMIT p_limit)
    RETURNING id)
  SELECT count(*)::integer FROM gone
$$;

-- Deletes up to `p_limit` proposals that were decided before `p_before`. The last rejection of a version by a rule stays:
-- it keeps the rule from proposing the version again.
CREATE FUNCTION prune_proposals(p_before timestamptz, p_limit integer) RETURNS integer LANGUAGE sql AS $$
  WITH gone AS (
    DELETE FROM proposals WHERE id IN (
      SELECT p.id FROM proposals p
      WHERE p.state <> 'open' AND p.decided_at < p_before
        AND (p.state <> 'rejected' OR EXISTS (
          SELECT FROM proposals l WHERE l.version_id = p.version_id AND l.rule = p.rule AND l.state = 'rejected'
            AND l.change_id > p.change_id))
      ORDER BY p.decided_at LIMIT p_limit)
    RETURNING id)
  SELECT count(*)::integer FROM gone
$$;

-- Deletes up to `p_limit` tokens that were revoked or expired before `p_before`.
CREATE FUNCTION prune_tokens(p_before timestamptz, p_limit integer) RETURNS integer LANGUAGE sql AS $$
  WITH gone AS (
    DELETE FROM tokens WHERE id IN (
      SELECT id FROM tokens WHERE least(revoked_at, expires_at) < p_before AND (revoked_at IS NOT NULL OR expires_at IS NOT NULL)
      ORDER BY least(revoked_at, expires_at) LIMIT p_limit)
    RETURNING id)
  SELECT count(*)::integer FROM gone
$$;

-- A server that has not asked since `pruned_epoch` forgets all callers: what changed since may be pruned.
ALTER TABLE access_epoch ADD COLUMN pruned_epoch bigint NOT NULL DEFAULT 0;
ALTER TABLE access_changes ADD COLUMN at timestamptz(3) NOT NULL DEFAULT now();
CREATE INDEX access_changes_at ON access_changes (at);

CREATE OR REPLACE FUNCTION note_access_changes(p_principals text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_epoch bigint;
BEGIN
  IF cardinality(p_principals) = 0 THEN RETURN; END IF;
  UPDATE access_epoch SET epoch = epoch + 1 RETURNING epoch INTO v_epoch;
  INSERT INTO access_changes (principal, epoch) SELECT DISTINCT unnest(p_principals), v_epoch
  ON CONFLICT (principal) DO UPDATE SET epoch = EXCLUDED.epoch, at = EXCLUDED.at;
END
$$;

-- Deletes up to `p_limit` notes of changed rights from before `p_before`. Locks the epoch first, as those who note do.
CREATE FUNCTION prune_access_changes(p_before timestamptz, p_limit integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_last bigint;
  v_count integer;
BEGIN
  IF NOT EXISTS (SELECT FROM access_changes WHERE at < p_before) THEN RETURN 0; END IF;
  PERFORM FROM access_epoch WHERE id = 1 FOR UPDATE;
  WITH gone AS (
    DELETE FROM access_changes WHERE principal IN (
      SELECT principal FROM access_changes WHERE at < p_before ORDER BY at LIMIT p_limit)
    RETURNING epoch)
  SELECT max(epoch), count(*) INTO v_last, v_count FROM gone;
  UPDATE access_epoch SET pruned_epoch = greatest(pruned_epoch, v_last) WHERE id = 1;
  RETURN v_count;
END
$$;

-- Reads the next changes of the feed and queues the policy work that they cause. Returns the number of changes. One
-- caller runs at a time, across all servers.
CREATE OR REPLACE FUNCTION take_policy_facts(p_limit integer, p_at timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_last bigint;
  v_next bigint;
  v_count integer;
BEGIN
  SELECT last_seq INTO v_last FROM policy_feed WHERE id = 1 FOR UPDATE;
  SELECT max(seq), count(*) INTO v_next, v_count
  FROM (SELECT seq FROM changes WHERE seq > v_last ORDER BY seq LIMIT p_limit) AS batch;
  IF v_count = 0 THEN RETURN 0; END IF;
  IF EXISTS (SELECT 1 FROM policies) THEN
    WITH batch AS MATERIALIZED (
      SELECT c.seq, c.id, c.object_kind, c.object_id, c.action, c.actor, c.after, c.before, c.detail FROM changes c
      WHERE c.seq > v_last AND c.seq <= v_next
    ), labelled AS MATERIALIZED (SELECT l.model_id FROM models_under_policy('label') AS l
    ), promoting AS MATERIALIZED (SELECT p.model_id, p.path FROM models_under_policy('promote') AS p
    ), due AS (
      SELECT l.model_id, 'version' AS kind, v.id AS subject, b.*
      FROM batch b JOIN versions v ON b.object_kind = 'version' AND v.id = b.object_id
      JOIN labelled l ON l.model_id = v.model_id
      WHERE b.action NOT IN ('deleted', 'purged')
      UNION ALL
      SELECT l.model_id, 'model', l.model_id, b.*
      FROM batch b JOIN versions v ON b.object_kind = 'version' AND v.id = b.object_id
      JOIN labelled l ON l.model_id = v.model_id
      WHERE b.action = 'deleted'
      UNION ALL
      SELECT l.model_id, 'model', l.model_id, b.*
      FROM batch b JOIN labelled l ON b.object_kind = 'alias'
        AND l.model_id = (coalesce(b.after, b.before)->>'modelId')::uuid
      UNION ALL
      SELECT l.model_id, 'model', l.model_id, b.*
      FROM batch b JOIN labelled l ON b.object_kind = 'model' AND b.action IN ('policy_set', 'restored')
        AND l.model_id = b.object_id
      UNION ALL
      SELECT l.model_id, 'model', l.model_id, b.*
      FROM batch b JOIN namespaces o ON b.object_kind = 'namespace' AND b.action = 'policy_set' AND o.id = b.object_id
      JOIN namespaces n ON is_at_or_below(n.path, o.path)
      JOIN models m ON m.namespace_id = n.id JOIN labelled l ON l.model_id = m.id
      UNION ALL
      SELECT l.model_id, 'model', l.model_id, b.*
      FROM batch b JOIN labelled l ON b.object_kind = 'alias_protection' AND b.detail->>'on' = 'model'
        AND l.model_id = (b.detail->>'onId')::uuid
      UNION ALL
      SELECT l.model_id, 'model', l.model_id, b.*
      FROM batch b JOIN namespaces o ON b.object_kind = 'alias_protection' AND b.detail->>'on' = 'namespace'
        AND o.id = (b.detail->>'onId')::uuid
      JOIN namespaces n ON is_at_or_below(n.path, o.path)
      JOIN models m ON m.namespace_id = n.id JOIN labelled l ON l.model_id = m.id
      UNION ALL
      SELECT l.model_id, 'model', l.model_id, b.*
      FROM batch b CROSS JOIN labelled l WHERE b.object_kind = 'dataset' AND b.action = 'updated'
      UNION ALL
      SELECT p.model_id, 'checkpoint', c.id, b.*
      FROM batch b JOIN checkpoints c ON b.object_kind = 'checkpoint' AND c.id = b.object_id
      JOIN experiments e ON e.id = c.experiment_id JOIN namespaces n ON n.id = e.namespace_id
      JOIN promoting p ON is_at_or_below(n.path, p.path)
      WHERE b.action NOT IN ('deleted', 'purged')
      UNION ALL
      SELECT p.model_id, 'experiment', e.id, b.*
      FROM batch b JOIN experiments e ON b.object_kind = 'experiment' AND e.id = b.object_id
      JOIN namespaces n ON n.id = e.namespace_id
      JOIN promoting p ON is_at_or_below(n.path, p.path)
      WHERE b.action IN ('created', 'updated', 'restored')
      UNION ALL
      -- A new rule also evaluates the runs that already exist.
      SELECT p.model_id, 'promotions', uuid_nil(), b.*
      FROM batch b JOIN promoting p ON b.object_kind = 'model' AND b.action = 'policy_set' AND p.model_id = b.object_id
      UNION ALL
      SELECT p.model_id, 'promotions', uuid_nil(), b.*
      FROM batch b JOIN namespaces o ON b.object_kind = 'namespace' AND b.action = 'policy_set' AND o.id = b.object_id
      JOIN promoting p ON is_at_or_below(p.path, o.path)
    )
    INSERT INTO policy_work (model_id, subject_kind, subject_id, seq, cause, due_at)
    SELECT DISTINCT ON (d.model_id, d.subject) d.model_id, d.kind, d.subject, d.seq,
           jsonb_build_object('change', d.seq, 'object', d.object_kind, 'id', d.object_id,
                              'action', d.action, 'actor', d.actor), p_at
    FROM due d ORDER BY d.model_id, d.subject, d.seq
    -- Work that already waits keeps its place in the queue.
    ON CONFLICT (model_id, subject_id, is_timer) DO UPDATE SET cause = EXCLUDED.cause;
  END IF;
  UPDATE policy_feed SET last_seq = v_next WHERE id = 1;
  RETURN v_count;
END
$$;

-- Purges up to `p_limit` objects of each kind that were deleted before `p_before`, children before parents. Returns the
-- number of purged objects. Skips locked rows, sources of other objects, and parents that still have children. The row
-- lock of a child includes its parent, so a concurrent restore of the parent keeps the child.
CREATE OR REPLACE FUNCTION purge_deleted(p_before timestamptz, p_limit integer, p_at timestamptz)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_ids uuid[];
  v_count integer := 0;
  v_by jsonb := '{"actor": "modelbox"}';
BEGIN
  -- A version is due after its own deletion or that of its model.
  SELECT array_agg(id) INTO v_ids FROM (
    SELECT v.id FROM versions v JOIN models m ON m.id = v.model_id
    WHERE (CASE WHEN v.purge_at IS NULL THEN v.deleted_at < p_before ELSE v.purge_at <= p_at END
           OR m.deleted_at < p_before)
      AND NOT EXISTS (SELECT 1 FROM versions d WHERE d.source_version_id = v.id)
    LIMIT p_limit FOR UPDATE OF v SKIP LOCKED FOR NO KEY UPDATE OF m SKIP LOCKED) AS due;
  IF v_ids IS NOT NULL THEN
    PERFORM record_change('version', v.id, n.path, 'purged',
                          last_state(v.id, jsonb_build_object('id', v.id, 'modelId', m.id, 'version', v.version)),
                          NULL, NULL, v_by, p_at)
    FROM versions v JOIN models m ON m.id = v.model_id JOIN namespaces n ON n.id = m.namespace_id
    WHERE v.id = ANY (v_ids);
    INSERT INTO retired_versions (hash, reference, id, retired_at)
    SELECT sha256(convert_to(r.reference, 'UTF8')), r.reference, r.id, p_at
    FROM (SELECT n.path || '/' || m.name || ':' || v.version AS reference, v.id
          FROM versions v JOIN models m ON m.id = v.model_id JOIN namespaces n ON n.id = m.namespace_id
          WHERE v.id = ANY (v_ids)) AS r
    ON CONFLICT DO NOTHING;
    PERFORM record_change('alias', a.id, n.path, 'purged',
                          last_state(a.id, jsonb_build_object('alias', a.name, 'modelId', m.id)),
                          NULL, NULL, v_by, p_at)
    FROM aliases a JOIN models m ON m.id = a.model_id JOIN namespaces n ON n.id = m.namespace_id
    WHERE a.version_id = ANY (v_ids);
    DELETE FROM aliases WHERE version_id = ANY (v_ids);
    PERFORM purge_parts(v_ids);
    DELETE FROM versions WHERE id = ANY (v_ids);
    v_count := v_count + cardinality(v_ids);
  END IF;

  SELECT array_agg(id) INTO v_ids FROM (
    SELECT m.id FROM models m
    WHERE m.deleted_at < p_before AND NOT EXISTS (SELECT 1 FROM versions v WHERE v.model_id = m.id)
    LIMIT p_limit FOR UPDATE SKIP LOCKED) AS due;
  IF v_ids IS NOT NULL THEN
    PERFORM record_change('model', m.id, n.path, 'purged',
                          last_state(m.id, jsonb_build_object('id', m.id, 'namespace', n.path, 'name', m.name)),
                          NULL, NULL, v_by, p_at)
    FROM models m JOIN namespaces n ON n.id = m.namespace_id WHERE m.id = ANY (v_ids);
    PERFORM purge_parts(v_ids);
    DELETE FROM models WHERE id = ANY (v_ids);
    v_count := v_count + cardinality(v_ids);
  END IF;

  SELECT array_agg(id) INTO v_ids FROM (
    SELECT c.id FROM checkpoints c JOIN experiments e ON e.id = c.experiment_id
    WHERE (CASE WHEN c.purge_at IS NULL THEN c.deleted_at < p_before ELSE c.purge_at <= p_at END
           OR e.deleted_at < p_before)
      AND NOT EXISTS (SELECT 1 FROM versions v WHERE v.source_checkpoint_id = c.id)
      AND NOT EXISTS (SELECT 1 FROM experiments x WHERE x.source_checkpoint_id = c.id)
    LIMIT p_limit FOR UPDATE OF c SKIP LOCKED FOR NO KEY UPDATE OF e SKIP LOCKED) AS due;
  IF v_ids IS NOT NULL THEN
    PERFORM record_change('checkpoint', c.id, n.path, 'purged',
                          last_state(c.id, jsonb_build_object('id', c.id, 'experimentId', e.id,
                                                              'epoch', c.epoch, 'step', c.step)),
                          NULL, NULL, v_by, p_at)
    FROM checkpoints c JOIN experiments e ON e.id = c.experiment_id JOIN namespaces n ON n.id = e.namespace_id
    WHERE c.id = ANY (v_ids);
    PERFORM purge_parts(v_ids);
    DELETE FROM checkpoints WHERE id = ANY (v_ids);
    v_count := v_count + cardinality(v_ids);
  END IF;

  SELECT array_agg(id) INTO v_ids FROM (
    SELECT e.id FROM experiments e
    WHERE e.deleted_at < p_before AND NOT EXISTS (SELECT 1 FROM checkpoints c WHERE c.experiment_id = e.id)
      AND NOT EXISTS (SELECT 1 FROM versions v WHERE v.source_experiment_id = e.id)
    LIMIT p_limit FOR UPDATE SKIP LOCKED) AS due;
  IF v_ids IS NOT NULL THEN
    PERFORM record_change('experiment', e.id, n.path, 'purged',
                          last_state(e.id, jsonb_build_object('id', e.id, 'namespace', n.path, 'name', e.name)),
                          NULL, NULL, v_by, p_at)
    FROM experiments e JOIN namespaces n ON n.id = e.namespace_id WHERE e.id = ANY (v_ids);
    PERFORM purge_parts(v_ids);
    DELETE FROM experiments WHERE id = ANY (v_ids);
    v_count := v_count + cardinality(v_ids);
  END IF;
  RETURN v_count;
END
$$;

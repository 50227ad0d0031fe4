-- The objects that own files, metrics and uploads. An object counts as deleted if its parent is deleted. Each branch
-- reads one table and looks up the parent in the select list. A join by `kind` and `id` then uses the primary keys. A
-- query computes only the columns that it reads.
CREATE OR REPLACE VIEW owned_objects AS
  SELECT 'model'::text COLLATE "C" AS kind, m.id, m.namespace_id, NULL::uuid AS parent_id, m.name, m.deleted_at
  FROM models m
  UNION ALL
  SELECT 'version', v.id, (SELECT m.namespace_id FROM models m WHERE m.id = v.model_id), v.model_id, v.version,
         coalesce(v.deleted_at, (SELECT m.deleted_at FROM models m WHERE m.id = v.model_id))
  FROM versions v
  UNION ALL
  SELECT 'experiment', e.id, e.namespace_id, NULL, e.name, e.deleted_at
  FROM experiments e
  UNION ALL
  SELECT 'checkpoint', c.id, (SELECT e.namespace_id FROM experiments e WHERE e.id = c.experiment_id), c.experiment_id,
         concat_ws(' ', 'epoch ' || c.epoch, 'step ' || c.step),
         coalesce(c.deleted_at, (SELECT e.deleted_at FROM experiments e WHERE e.id = c.experiment_id))
  FROM checkpoints c;

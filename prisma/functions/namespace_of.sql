-- The id of the namespace of an object.
CREATE OR REPLACE FUNCTION namespace_of(p_kind text, p_id uuid) RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT CASE p_kind
    WHEN 'model' THEN (SELECT o.namespace_id FROM models o WHERE o.id = p_id)
    WHEN 'version' THEN (SELECT m.namespace_id FROM versions o JOIN models m ON m.id = o.model_id WHERE o.id = p_id)
    WHEN 'experiment' THEN (SELECT o.namespace_id FROM experiments o WHERE o.id = p_id)
    WHEN 'checkpoint' THEN (SELECT e.namespace_id FROM checkpoints o JOIN experiments e ON e.id = o.experiment_id
                            WHERE o.id = p_id)
  END
$$;

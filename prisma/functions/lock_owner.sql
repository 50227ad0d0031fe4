-- Locks an object that owns files. Returns the path of its namespace, or null if the object is gone.
CREATE OR REPLACE FUNCTION lock_owner(p_kind text, p_id uuid) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_path text;
BEGIN
  IF p_kind = 'model' THEN
    SELECT n.path INTO v_path FROM models o JOIN namespaces n ON n.id = o.namespace_id
    WHERE o.id = p_id FOR NO KEY UPDATE OF o;
  ELSIF p_kind = 'version' THEN
    SELECT n.path INTO v_path FROM versions o JOIN models m ON m.id = o.model_id
    JOIN namespaces n ON n.id = m.namespace_id WHERE o.id = p_id FOR NO KEY UPDATE OF o;
  ELSIF p_kind = 'experiment' THEN
    SELECT n.path INTO v_path FROM experiments o JOIN namespaces n ON n.id = o.namespace_id
    WHERE o.id = p_id FOR NO KEY UPDATE OF o;
  ELSIF p_kind = 'checkpoint' THEN
    SELECT n.path INTO v_path FROM checkpoints o JOIN experiments e ON e.id = o.experiment_id
    JOIN namespaces n ON n.id = e.namespace_id WHERE o.id = p_id FOR NO KEY UPDATE OF o;
  END IF;
  RETURN v_path;
END
$$;

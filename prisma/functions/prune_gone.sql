-- Deletes decisions about purged objects, and the history of purged models and namespaces. The last change of each
-- object was pruned before.
CREATE OR REPLACE FUNCTION prune_gone(p_ids uuid[]) RETURNS void LANGUAGE sql AS $$
  DELETE FROM decisions WHERE subject_id = ANY (p_ids);
  DELETE FROM decisions WHERE model_id = ANY (p_ids);
  DELETE FROM decisions WHERE namespace_id = ANY (p_ids);
  DELETE FROM alias_moves WHERE model_id = ANY (p_ids);
  DELETE FROM policy_edits WHERE owner_id = ANY (p_ids);
$$;

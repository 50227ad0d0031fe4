-- Returns the last recorded state of an object, or `p_identity` if all changes with a state were pruned.
CREATE OR REPLACE FUNCTION last_state(p_id uuid, p_identity jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(
    (SELECT c.after FROM changes c WHERE c.object_id = p_id AND c.after IS NOT NULL ORDER BY c.id DESC LIMIT 1),
    p_identity)
$$;

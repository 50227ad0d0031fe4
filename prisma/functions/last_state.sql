-- The last state of an object according to its changes; `p_identity` if no change has one any more.
CREATE OR REPLACE FUNCTION last_state(p_id uuid, p_identity jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(
    (SELECT c.after FROM changes c WHERE c.object_id = p_id AND c.after IS NOT NULL ORDER BY c.id DESC LIMIT 1), p_identity)
$$;

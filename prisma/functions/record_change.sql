-- Records a change. The caller has locked or just inserted the row of the object. The ids of its changes therefore
-- follow the order of its states. `p_by` is {actor, tokenId, address, requestId}.
CREATE OR REPLACE FUNCTION record_change(
  p_object_kind text, p_object_id uuid, p_namespace text, p_action text,
  p_before jsonb, p_after jsonb, p_detail jsonb, p_by jsonb, p_at timestamptz
) RETURNS bigint LANGUAGE sql AS $$
  INSERT INTO changes (object_kind, object_id, namespace, action, before, after, detail,
                       actor, token_id, address, request_id, at)
  VALUES (p_object_kind, p_object_id, p_namespace, p_action, p_before, p_after, p_detail,
          p_by->>'actor', (p_by->>'tokenId')::uuid, p_by->>'address', p_by->>'requestId', p_at)
  RETURNING id
$$;

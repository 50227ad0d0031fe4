-- Sums the content that only these files have at or below a namespace.
CREATE OR REPLACE FUNCTION new_bytes(p_path text, p_object_id uuid, p_paths text[])
RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(mine.size_bytes), 0)::bigint FROM (
    SELECT DISTINCT f.blob_id, f.size_bytes FROM files f
    WHERE f.object_id = p_object_id AND f.blob_id IS NOT NULL AND (p_paths IS NULL OR f.path = ANY (p_paths))
  ) AS mine
  WHERE NOT EXISTS (
    SELECT FROM files o JOIN namespaces n ON n.id = o.namespace_id
    WHERE o.blob_id = mine.blob_id AND is_at_or_below(n.path, p_path)
      AND NOT (o.object_id = p_object_id AND (p_paths IS NULL OR o.path = ANY (p_paths))))
$$;

-- Counts the bytes of stored content in a namespace and below, each content once, and the bytes of pending uploads.
-- Content moves from an upload to a blob: a single statement counts both, so it misses none.
CREATE OR REPLACE FUNCTION namespace_usage(
  p_path text,
  OUT files bigint, OUT contents bigint, OUT used bigint, OUT uploading bigint
) LANGUAGE sql STABLE AS $$
  WITH below AS (
    SELECT n.id FROM namespaces n WHERE is_at_or_below(n.path, p_path)
  )
  SELECT stored.files, stored.contents, stored.bytes, coming.bytes FROM (
    SELECT coalesce(sum(c.files), 0)::bigint AS files, count(*) AS contents,
           coalesce(sum(c.size_bytes), 0)::bigint AS bytes
    FROM (SELECT f.size_bytes, count(*) AS files FROM below b JOIN files f ON f.namespace_id = b.id
          WHERE f.blob_id IS NOT NULL GROUP BY f.blob_id, f.size_bytes) AS c
  ) AS stored, (
    SELECT coalesce(sum(u.size_bytes), 0)::bigint AS bytes FROM below b JOIN uploads u ON u.namespace_id = b.id
    WHERE u.state IN ('open', 'verifying')
  ) AS coming
$$;

-- Adds the changes between two positions of the feed to the baselines of their versions.
CREATE OR REPLACE FUNCTION extend_version_baselines(p_after bigint, p_until bigint) RETURNS void LANGUAGE sql AS $$
  WITH told AS MATERIALIZED (
    SELECT c.id, c.object_id, c.at, c.after, c.detail->'latest' AS latest
    FROM changes c JOIN versions v ON v.id = c.object_id
    WHERE c.seq > p_after AND c.seq <= p_until AND c.object_kind = 'version'
      AND (c.after IS NOT NULL OR c.action = 'metrics_logged')
  ), entries AS (
    SELECT t.object_id, t.id, e.value
    FROM told t, jsonb_array_elements(CASE jsonb_typeof(t.latest) WHEN 'array' THEN t.latest ELSE '[]' END) AS e
    UNION ALL
    SELECT b.version_id, 0, e.value FROM version_baselines b, jsonb_array_elements(b.latest) AS e
    WHERE b.version_id IN (SELECT object_id FROM told)
  ), merged AS (
    -- The newest entry of each key and dataset wins.
    SELECT object_id, jsonb_agg(value) AS latest FROM (
      SELECT DISTINCT ON (object_id, value->>0, value->>2) object_id, value FROM entries
      ORDER BY object_id, value->>0, value->>2, id DESC) AS newest
    GROUP BY object_id
  )
  INSERT INTO version_baselines AS b (version_id, change_id, at, after, latest)
  SELECT t.object_id, max(t.id), max(t.at),
         (array_agg(t.after ORDER BY t.id DESC) FILTER (WHERE t.after IS NOT NULL))[1], m.latest
  FROM told t LEFT JOIN merged m ON m.object_id = t.object_id GROUP BY t.object_id, m.latest
  ON CONFLICT (version_id) DO UPDATE
    SET change_id = EXCLUDED.change_id, at = EXCLUDED.at,
        after = coalesce(EXCLUDED.after, b.after), latest = EXCLUDED.latest
$$;

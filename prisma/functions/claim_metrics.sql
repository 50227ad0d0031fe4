-- Stores the author of a batch of points of a version. `p_points` has the form of `log_metrics`. Returns the number of
-- changed claims.
CREATE OR REPLACE FUNCTION claim_metrics(
  p_object_id uuid, p_model_id uuid, p_points text[], p_principals text[], p_role text
) RETURNS integer LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  v_keys text[] COLLATE "C" := p_points[1];
  v_datasets uuid[] := p_points[2];
  v_series integer[] := p_points[5];
  v_steps bigint[] := p_points[6];
  v_times timestamptz[] := p_points[7];
  v_digests text[] := p_points[8];
  v_values double precision[] := p_points[9];
  v_count integer;
BEGIN
  INSERT INTO metric_claims AS c (object_id, model_id, key, dataset_id, principals, role, value, step, time, digest)
  SELECT DISTINCT ON (p.series) p_object_id, p_model_id, s.key, s.dataset_id,
         p_principals, p_role, p.value, p.step, p.time, p.digest
  FROM unnest(v_series, v_steps, v_times, v_digests, v_values)
       WITH ORDINALITY AS p (series, step, time, digest, value, ord)
  JOIN unnest(v_keys, v_datasets) WITH ORDINALITY AS s (key, dataset_id, n) ON s.n = p.series
  ORDER BY p.series, p.step DESC NULLS LAST, p.time DESC NULLS LAST, p.ord DESC
  ON CONFLICT (object_id, key, dataset_id, principals, role) DO UPDATE
    SET value = EXCLUDED.value, step = EXCLUDED.step, time = EXCLUDED.time, digest = EXCLUDED.digest,
        received = EXCLUDED.received
    WHERE (coalesce(EXCLUDED.step, -1), coalesce(EXCLUDED.time, '-infinity'))
          >= (coalesce(c.step, -1), coalesce(c.time, '-infinity'))
      AND (EXCLUDED.value, EXCLUDED.step, EXCLUDED.time, EXCLUDED.digest)
          IS DISTINCT FROM (c.value, c.step, c.time, c.digest);
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END
$$;

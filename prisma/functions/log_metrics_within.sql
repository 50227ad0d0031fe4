-- Calls `log_metrics`, but raises MB002 if new series would bring the object above `p_most`. A series is a key on a
-- dataset, or on none. An object that is already above the limit keeps its series and accepts more points of them. The
-- caller has locked the row of the object.
CREATE OR REPLACE FUNCTION log_metrics_within(
  p_object_kind text, p_object_id uuid, p_scope_id uuid, p_points text[], p_most integer,
  OUT changed integer, OUT latest json
) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  v_keys text[] COLLATE "C" := p_points[1];
  v_datasets uuid[] := p_points[2];
  v_new bigint := coalesce(cardinality(v_keys), 0);
  v_present bigint;
BEGIN
  SELECT count(*) INTO v_present FROM metric_series s WHERE s.object_id = p_object_id;
  -- The count of new keys matters only near the limit.
  IF v_present + v_new > p_most THEN
    SELECT count(*) INTO v_new
    FROM unnest(v_keys, v_datasets) AS w (key, dataset_id)
    WHERE NOT EXISTS (
      SELECT FROM metric_series s
      WHERE s.object_id = p_object_id AND s.key = w.key AND s.dataset_id IS NOT DISTINCT FROM w.dataset_id);
    IF v_new > 0 AND v_present + v_new > p_most THEN
      RAISE EXCEPTION USING
        ERRCODE = 'MB002',
        MESSAGE = format(
          'must not give the object more than %s metric keys (a key on a dataset is one by itself): '
          'it has %s, and %s of these are new. '
          'Log fewer keys, or store the details as a file. The setting MODELBOX_METRIC_KEYS has the bound.',
          p_most, v_present, v_new);
    END IF;
  END IF;
  SELECT l.changed, l.latest INTO changed, latest
  FROM log_metrics(p_object_kind, p_object_id, p_scope_id, p_points) AS l;
END
$$;

-- Deletes the rows that refer to purged objects without a foreign key. Aborts open uploads; a worker deletes their
-- parts from the store later.
CREATE OR REPLACE FUNCTION purge_parts(p_ids uuid[]) RETURNS void LANGUAGE sql AS $$
  DELETE FROM files WHERE object_id = ANY (p_ids);
  UPDATE uploads SET state = 'aborted', failure = 'The object was deleted for good.',
                     expires_at = NULL, updated_at = now()
  WHERE object_id = ANY (p_ids) AND state = 'open';
  DELETE FROM metric_points WHERE series_id IN (SELECT id FROM metric_series WHERE object_id = ANY (p_ids));
  DELETE FROM metric_series WHERE object_id = ANY (p_ids);
  DELETE FROM events WHERE object_id = ANY (p_ids);
  DELETE FROM removed_files WHERE object_id = ANY (p_ids);
  DELETE FROM holds WHERE object_id = ANY (p_ids);
$$;

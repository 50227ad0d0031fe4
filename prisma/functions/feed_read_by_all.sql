-- The last position that every reader of the feed inside the database has passed. A new reader adds itself here.
CREATE OR REPLACE FUNCTION feed_read_by_all() RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT min(last_seq) FROM policy_feed
$$;

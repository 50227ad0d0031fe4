-- Waits for every transaction that found no quota to charge, and keeps new ones out until this transaction ends. A
-- first quota is set under this lock, so that it counts everything that was stored without it.
CREATE OR REPLACE FUNCTION await_charges() RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock(hashtextextended('quotas', 0))
$$;

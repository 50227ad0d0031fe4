-- Waits for all transactions that found no quota to charge, and blocks new ones until this transaction ends. A caller
-- that sets a first quota needs this lock: the count must include all bytes stored without a quota.
CREATE OR REPLACE FUNCTION await_charges() RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock(hashtextextended('quotas', 0))
$$;

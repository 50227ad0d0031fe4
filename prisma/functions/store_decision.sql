-- Stores a decision and returns its id. A decision with an effect always gets its own row. Any other increments
-- `repeats` of the last one of its rule and subject if outcome, reasons, inputs and policy are equal. Decisions of a
-- model are made one at a time, so nobody stores another one in between.
CREATE OR REPLACE FUNCTION store_decision(p_decision jsonb) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  d record;
  v_id bigint;
BEGIN
  SELECT * INTO d FROM jsonb_to_record(p_decision) AS r (
    kind text, rule text, "modelId" uuid, "namespaceId" uuid, "subjectKind" text, "subjectId" uuid, "subjectName" text,
    outcome text, words text, clauses jsonb, inputs jsonb, cause jsonb, policy jsonb, at timestamptz);
  IF d.outcome IN ('no', 'holds', 'refused', 'skipped', 'suspended') THEN
    UPDATE decisions o SET repeats = o.repeats + 1, last_at = d.at
    WHERE o.id = (SELECT l.id FROM decisions l
                  WHERE l.subject_id = d."subjectId" AND l.kind = d.kind AND l.rule IS NOT DISTINCT FROM d.rule
                    AND l.model_id IS NOT DISTINCT FROM d."modelId"
                    AND l.namespace_id IS NOT DISTINCT FROM d."namespaceId"
                  ORDER BY l.id DESC LIMIT 1)
      AND o.outcome = d.outcome AND o.subject_name = d."subjectName" AND o.words = d.words AND o.clauses = d.clauses
      AND o.inputs = d.inputs AND o.policy IS NOT DISTINCT FROM d.policy
    RETURNING o.id INTO v_id;
    IF FOUND THEN RETURN v_id; END IF;
  END IF;
  INSERT INTO decisions (kind, rule, model_id, namespace_id, subject_kind, subject_id, subject_name, outcome,
                         words, clauses, inputs, cause, policy, at)
  VALUES (d.kind, d.rule, d."modelId", d."namespaceId", d."subjectKind", d."subjectId", d."subjectName",
          d.outcome, d.words, d.clauses, d.inputs, d.cause, d.policy, d.at)
  RETURNING id INTO v_id;
  RETURN v_id;
END
$$;

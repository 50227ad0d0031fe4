-- Tags and metric keys are stored in Unicode NFC, as names are, so that filters find every spelling of a text. This migration
-- normalizes what is stored. It records no change of an object and raises no row version: the text is canonically the same.
-- History (`changes`, `policy_edits`, `decisions`) keeps what was sent.

-- Two spellings of one tag become one tag.
UPDATE models m SET tags = t.tags FROM (
  SELECT id, ARRAY(SELECT DISTINCT normalize(tag, NFC) COLLATE "C" FROM unnest(tags) AS tag ORDER BY 1) AS tags
  FROM models WHERE array_to_string(tags, ' ') IS NOT NFC NORMALIZED) AS t WHERE m.id = t.id;
UPDATE versions v SET tags = t.tags FROM (
  SELECT id, ARRAY(SELECT DISTINCT normalize(tag, NFC) COLLATE "C" FROM unnest(tags) AS tag ORDER BY 1) AS tags
  FROM versions WHERE array_to_string(tags, ' ') IS NOT NFC NORMALIZED) AS t WHERE v.id = t.id;
UPDATE experiments e SET tags = t.tags FROM (
  SELECT id, ARRAY(SELECT DISTINCT normalize(tag, NFC) COLLATE "C" FROM unnest(tags) AS tag ORDER BY 1) AS tags
  FROM experiments WHERE array_to_string(tags, ' ') IS NOT NFC NORMALIZED) AS t WHERE e.id = t.id;
UPDATE checkpoints c SET tags = t.tags FROM (
  SELECT id, ARRAY(SELECT DISTINCT normalize(tag, NFC) COLLATE "C" FROM unnest(tags) AS tag ORDER BY 1) AS tags
  FROM checkpoints WHERE array_to_string(tags, ' ') IS NOT NFC NORMALIZED) AS t WHERE c.id = t.id;

-- A series is renamed unless the object has a series under the new name. Merging the two could replace points, so the
-- series then keeps its name.
UPDATE metric_series s SET key = r.key FROM (
  SELECT DISTINCT ON (object_id, normalize(key, NFC), dataset_id) id, normalize(key, NFC) AS key
  FROM metric_series d
  WHERE key IS NOT NFC NORMALIZED AND NOT EXISTS (
    SELECT FROM metric_series o WHERE o.object_id = d.object_id AND o.key = normalize(d.key, NFC)
                                  AND o.dataset_id IS NOT DISTINCT FROM d.dataset_id)
  ORDER BY object_id, normalize(key, NFC), dataset_id, id) AS r
WHERE s.id = r.id;

-- Rules compare these members with what is stored. Filters are normalized when they are parsed.
DO $$
DECLARE
  v_policy record;
  v_member text;
BEGIN
  FOR v_policy IN SELECT id, document::text AS document FROM policies WHERE document::text IS NOT NFC NORMALIZED LOOP
    FOR v_member IN
      SELECT DISTINCT m[1] FROM regexp_matches(v_policy.document, '("(?:tag|metric|dataset|version)": "(?:[^"\\]|\\.)*")', 'g') AS m
    LOOP
      v_policy.document := replace(v_policy.document, v_member, normalize(v_member, NFC));
    END LOOP;
    UPDATE policies SET document = v_policy.document::jsonb WHERE id = v_policy.id;
  END LOOP;
END
$$;
UPDATE proposals SET tag = normalize(tag, NFC) WHERE tag IS NOT NFC NORMALIZED;

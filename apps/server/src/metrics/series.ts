import { prepared } from '@modelbox/db';
import { LIMIT_DEFAULT, type MetricValue } from '@modelbox/schema';
import type { RequestContext } from '../context.ts';
import type { Answered } from '../http/verb.ts';
import { badCursor, decodeCursor, isStorable, pageOf } from '../lists/cursor.ts';
import type { Located } from '../objects/located.ts';

interface SeriesQuery {
  key?: string | undefined;
  fromStep?: number | undefined;
  toStep?: number | undefined;
  fromTime?: string | undefined;
  toTime?: string | undefined;
  points?: number | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

interface PointRow {
  key: string;
  dataset: string | null;
  digest: string | null;
  value: MetricValue;
  step: number | null;
  time: string | null;
  /** The sort key of the page, as text. */
  at: [key: string, dataset: string, step: string, time: string, received: string];
}

// Points without step or time come first, as `-1` and `-infinity`; without dataset as the empty name.
const ORDER = `key, dataset, step, time, received`;
const points = prepared<unknown[], PointRow>(
  'metric_points_page',
  `WITH chosen AS (
     SELECT s.key, coalesce(CASE WHEN d.namespace_id = $2::uuid THEN d.name ELSE dn.path || '/' || d.name END, '') AS dataset,
            coalesce(p.step, -1) AS step, coalesce(p.time, '-infinity') AS time, p.received, p.digest, p.value, s.id AS series
     FROM metric_series s JOIN metric_points p ON p.series_id = s.id
          LEFT JOIN datasets d ON d.id = s.dataset_id LEFT JOIN namespaces dn ON dn.id = d.namespace_id
     WHERE s.object_id = $1::uuid AND ($3::text IS NULL OR s.key = $3) AND ($4::uuid IS NULL OR s.dataset_id = $4)
       AND ($5::bigint IS NULL OR p.step >= $5) AND ($6::bigint IS NULL OR p.step <= $6)
       AND ($7::timestamptz IS NULL OR p.time >= $7) AND ($8::timestamptz IS NULL OR p.time <= $8)
   ), ranked AS (
     SELECT *, count(*) OVER (PARTITION BY series) AS total,
            (row_number() OVER (PARTITION BY series ORDER BY step, time, received) - 1) * greatest($9::int / 2, 1)
              / count(*) OVER (PARTITION BY series) AS bucket
     FROM chosen
   ), extremes AS (
     SELECT *, row_number() OVER (PARTITION BY series, bucket ORDER BY value, step, time, received) AS low,
            row_number() OVER (PARTITION BY series, bucket ORDER BY value DESC, step, time, received) AS high
     FROM ranked
   ), shown AS (
     SELECT key, dataset, step, time, received, digest, value FROM extremes
     WHERE $9 IS NULL OR total <= $9 OR low = 1 OR high = 1
   )
   SELECT key, nullif(dataset, '') AS dataset, digest, metric_json(value) AS value, nullif(step, -1) AS step,
          CASE WHEN isfinite(time) THEN to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') END AS time,
          ARRAY[key, dataset, step::text, time::text, received::text] AS at
   FROM shown
   WHERE $10::text IS NULL OR (${ORDER}) > ($10, $11::text, $12::bigint, $13::timestamptz, $14::bigint)
   ORDER BY ${ORDER} LIMIT $15`,
);

/** The points of an object's series, in order of key, dataset, step and time. */
export async function listPoints(
  { db }: RequestContext,
  object: Located,
  dataset: Located | undefined,
  query: SeriesQuery,
): Promise<Answered> {
  const limit = query.limit ?? LIMIT_DEFAULT;
  const after = query.cursor === undefined ? [null, null, null, null, null] : positionOf(query.cursor);
  const { key, fromStep, toStep, fromTime, toTime, points: most } = query;
  const bounds = [key, dataset?.id, fromStep, toStep, fromTime, toTime, most].map((bound) => bound ?? null);
  const rows = await points(db.pool, object.id, object.namespaceId, ...bounds, ...after, limit + 1);
  return {
    status: 200,
    body: pageOf(
      rows,
      limit,
      ({ at: _, ...point }) => point,
      (row) => row.at,
    ),
  };
}

function positionOf(cursor: string): string[] {
  const at = decodeCursor(cursor);
  if (
    !Array.isArray(at) ||
    at.length !== 5 ||
    !at.every((part) => typeof part === 'string' && isStorable(part))
  )
    throw badCursor();
  const [, , step, time, received] = at as string[];
  const isNumber = (text: string | undefined) => /^-?\d{1,16}$/.test(text ?? '');
  const isTime =
    time === '-infinity' ||
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?[+-]\d\d(?::?\d\d)?$/.test(time ?? '');
  if (!isNumber(step) || !isNumber(received) || !isTime) throw badCursor();
  return at as string[];
}

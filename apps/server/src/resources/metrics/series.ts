import { sqlOn } from '@modelbox/db';
import { decideAccess, parseQualifiedName } from '@modelbox/domain';
import { LIMIT_DEFAULT, type MetricValue, Timestamp } from '@modelbox/schema';
import { badCursor, decodeCursor, isStorable } from '../../core/lists/cursor.ts';
import { pageOf } from '../../core/lists/page.ts';
import { type SizedRow, sizedSql } from '../../core/lists/sized.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import type { Answered } from '../../protocol/verb.ts';

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
  at: [key: string, dataset: string, step: string, time: string, received: string];
}

// Points without step or time sort first, as `-1` and `-infinity`; without dataset as the empty name. The names are
// qualified, because bare names refer to the select list, where these values are NULL again.
const ORDER = ['key', 'dataset', 'step', 'time', 'received'].map((column) => `shown.${column}`).join(', ');
const CHOSEN = `
  SELECT s.key,
         coalesce(CASE WHEN d.namespace_id = $2::uuid THEN d.name ELSE dn.path || '/' || d.name END, '') AS dataset,
         coalesce(p.step, -1) AS step, coalesce(p.time, '-infinity') AS time, p.received, p.digest, p.value,
         s.id AS series
  FROM metric_series s JOIN metric_points p ON p.series_id = s.id
       LEFT JOIN datasets d ON d.id = s.dataset_id LEFT JOIN namespaces dn ON dn.id = d.namespace_id
  WHERE s.object_id = $1::uuid AND ($3::text IS NULL OR s.key = $3) AND ($4::uuid IS NULL OR s.dataset_id = $4)
    AND ($5::bigint IS NULL OR p.step >= $5) AND ($6::bigint IS NULL OR p.step <= $6)
    AND ($7::timestamptz IS NULL OR p.time >= $7) AND ($8::timestamptz IS NULL OR p.time <= $8)`;

const TIME = `CASE WHEN isfinite(time) THEN to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') END`;

const PAGE = `
  SELECT key, nullif(dataset, '') AS dataset, digest, metric_json(value) AS value, nullif(step, -1) AS step,
         ${TIME} AS time,
         ARRAY[key, dataset, step::text, coalesce(${TIME}, '-infinity'), received::text] AS at
  FROM shown
  WHERE $9::text IS NULL OR (${ORDER}) > ($9, $10::text, $11::bigint, $12::timestamptz, $13::bigint)
  ORDER BY ${ORDER} LIMIT $14`;

const WHOLE = sizedSql(`WITH shown AS (${CHOSEN}) ${PAGE}`, '$15', '$16');

/** Returns at most `$15` points of each series: the lowest and the highest value of equal runs of points. */
const SAMPLED = sizedSql(
  `WITH chosen AS (${CHOSEN}), ranked AS (
     SELECT *, count(*) OVER (PARTITION BY series) AS total,
            (row_number() OVER (PARTITION BY series ORDER BY step, time, received) - 1) * ($15::int / 2)
              / count(*) OVER (PARTITION BY series) AS bucket
     FROM chosen
   ), extremes AS (
     SELECT *, row_number() OVER (PARTITION BY series, bucket ORDER BY value, step, time, received) AS low,
            row_number() OVER (PARTITION BY series, bucket ORDER BY value DESC, step, time, received) AS high
     FROM ranked
   ), shown AS (
     SELECT * FROM extremes WHERE total <= $15 OR low = 1 OR high = 1
   ) ${PAGE}`,
  '$16',
  '$17',
);

export async function listPoints(
  ctx: RequestContext,
  object: Located,
  dataset: Located | undefined,
  query: SeriesQuery,
): Promise<Answered> {
  const limit = query.limit ?? LIMIT_DEFAULT;
  const { key, fromStep, toStep, fromTime, toTime, points } = query;
  const bounds = [key, dataset?.id, fromStep, toStep, fromTime, toTime].map((bound) => bound ?? null);
  const [statement, sample] = points === undefined ? [WHOLE, []] : [SAMPLED, [points]];
  const body = await pageOf(ctx, {
    limit,
    // Points are small, but each statement scans the whole series.
    batch: limit,
    after: query.cursor === undefined ? undefined : positionOf(query.cursor),
    read: (after, count, { bytes, isEmpty }) =>
      sqlOn(ctx.db.requests)<PointRow & SizedRow>(statement, [
        object.id,
        object.namespaceId,
        ...bounds,
        ...(after ?? [null, null, null, null, null]),
        count,
        ...sample,
        bytes,
        isEmpty,
      ]),
    toItem: ({ at: _, ...point }: PointRow) => (isConcealed(ctx, point) ? { ...point, digest: null } : point),
    cursorOf: (row): string[] => row.at,
  });
  return { status: 200, body };
}

/** Only callers who may read a dataset of another namespace see its digest. Its name was sent with the point. */
function isConcealed({ actor }: RequestContext, { dataset }: { dataset: string | null }): boolean {
  if (dataset === null || actor.grants === 'all') return false;
  const named = parseQualifiedName(dataset);
  return named.ok && decideAccess(actor, 'dataset.read', named.namespace) !== 'allowed';
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
  const isTime = time === '-infinity' || Timestamp.safeParse(time).success;
  if (!isNumber(step) || !isNumber(received) || !isTime) throw badCursor();
  return at as string[];
}

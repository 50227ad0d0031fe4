import { prepared } from '@modelbox/db';
import type { OwnerKind } from '@modelbox/schema';
import type { Context } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import { type LatestRow, latestSql, latestValues } from './latest.ts';

type Values = [
  scope: string | null,
  bodyHash: bigint | null,
  now: Date,
  receiptKind: string,
  objectId: string,
  scopeId: string,
  points: string[],
  namespace: string,
  by: string,
  mostKeys: number,
  claimant: string[],
  role: string,
];

/** Stores the authors of metric values of versions, because rules of protected aliases trust only some authors. */
const CLAIMS: Record<OwnerKind, string> = {
  model: 'SELECT 0 AS count, $11::text[], $12::text',
  version:
    'SELECT claim_metrics(object.id, $6::uuid, $7::text[], $11::text[], $12::text) AS count FROM object, logged',
  experiment: 'SELECT 0 AS count, $11::text[], $12::text',
  checkpoint: 'SELECT 0 AS count, $11::text[], $12::text',
};

/**
 * Logs a batch in one statement: idempotency key, row lock of the object, points, and the change if any value changed.
 * The lock serializes batches of one object.
 */
const statement = (kind: OwnerKind) =>
  prepared<Values, { claimed: boolean; lives: boolean; changed: number | null }>(
    `log_metrics_${kind}`,
    `WITH claim AS MATERIALIZED (
       SELECT CASE WHEN $1::uuid IS NULL THEN true
                   ELSE claim_idempotency_key($1, $2::bigint, $3::timestamptz, 200, $4::text, $5::uuid) END AS ok
     ), object AS MATERIALIZED (
       SELECT o.id FROM ${kind}s o, claim WHERE claim.ok AND o.id = $5 AND o.deleted_at IS NULL FOR NO KEY UPDATE OF o
     ), logged AS MATERIALIZED (
       SELECT l.changed, l.latest FROM object,
         log_metrics_within('${kind}', object.id, $6::uuid, $7::text[], $10::integer) AS l
     ), claimed AS MATERIALIZED (
       ${CLAIMS[kind]}
     ), recorded AS MATERIALIZED (
       SELECT record_change('${kind}', $5, $8::text, 'metrics_logged', NULL, NULL,
                            jsonb_build_object('points', changed, 'latest', latest), $9::jsonb, $3) AS id
       FROM logged, claimed WHERE changed > 0 OR claimed.count > 0
     )
     SELECT claim.ok AS claimed, EXISTS (SELECT 1 FROM object) AS lives, (SELECT changed FROM logged) AS changed,
            (SELECT id FROM recorded) AS "changeId",
            CASE WHEN $1 IS NOT NULL AND claim.ok AND NOT EXISTS (SELECT 1 FROM object)
                 THEN undo_write('object deleted') END AS aborted
     FROM claim`,
  );

const STATEMENTS = {
  model: statement('model'),
  version: statement('version'),
  experiment: statement('experiment'),
  checkpoint: statement('checkpoint'),
} satisfies Record<OwnerKind, unknown>;

export const logMetricsOf = (kind: OwnerKind) => STATEMENTS[kind];

const latest = prepared<[objectId: string, namespaceId: string], { latest: LatestRow[] | null }>(
  'metric_summary',
  `SELECT ${latestSql('$1::uuid', '$2::uuid')} AS latest`,
);

export async function metricSummary({ db }: Context, object: Located) {
  const [row] = await latest(db.requests, object.id, object.namespaceId);
  return latestValues(row?.latest ?? null);
}

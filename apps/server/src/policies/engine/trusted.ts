import type { Trust } from '../../resources/protected-aliases/protected-rules.ts';

/**
 * Returns a FROM item like `metric_series`: all series, or the latest trusted value of each series of a model. A value
 * is trusted if every protection trusts its author.
 * @param modelId SQL expression. Postgres cannot push a condition on it below DISTINCT ON, so it would read all models.
 * @param param adds a value to the statement and returns its placeholder
 */
export function trustedSeries(
  trust: readonly Trust[],
  modelId: string,
  param: (value: unknown) => string,
): string {
  if (trust.length === 0) return 'metric_series';
  return `(SELECT DISTINCT ON (c.object_id, c.key, c.dataset_id)
                  c.object_id, c.model_id AS scope_id, c.key, c.dataset_id, c.value, c.digest
           FROM metric_claims c WHERE c.model_id = ${modelId} AND ${isTrusted(trust, param)}
           ORDER BY c.object_id, c.key, c.dataset_id, c.step DESC NULLS LAST, c.time DESC NULLS LAST, c.received DESC)`;
}

const isTrusted = (trust: readonly Trust[], param: (value: unknown) => string): string =>
  trust
    .map(
      ({ roles, principals }) =>
        `(c.role = ANY (${param(roles)}::text[]) OR c.principals && ${param(principals)}::text[])`,
    )
    .join(' AND ');

/** The last author of the value of a series `s`; null if none is recorded. */
export const LOGGED_BY = `(
  SELECT c.principals[1] FROM metric_claims c
  WHERE c.object_id = s.object_id AND c.key = s.key AND c.dataset_id IS NOT DISTINCT FROM s.dataset_id
    AND c.value = s.value
  ORDER BY c.received DESC LIMIT 1)`;

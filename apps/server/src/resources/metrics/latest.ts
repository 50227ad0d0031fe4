import type { MetricValue } from '@modelbox/schema';

/** `[key, value, dataset]`. The dataset is null, or a name relative to the namespace of the object. */
export type LatestRow = readonly [key: string, value: MetricValue, dataset: string | null];

/** Builds the SQL for a JSON array of `LatestRow` of one object. All arguments are SQL expressions. */
export const latestSql = (objectId: string, namespaceId: string, series = 'metric_series'): string => `(
  SELECT json_agg(json_build_array(s.key, metric_json(s.value),
           CASE WHEN d.namespace_id = ${namespaceId} THEN d.name ELSE dn.path || '/' || d.name END))
  FROM ${series} s LEFT JOIN datasets d ON d.id = s.dataset_id LEFT JOIN namespaces dn ON dn.id = d.namespace_id
  WHERE s.object_id = ${objectId})`;

/** Splits rows into `metrics` (without dataset, by key) and `evaluations` (by dataset and key). */
export function latestValues(rows: readonly LatestRow[] | null) {
  const metrics: Record<string, MetricValue> = {};
  const evaluations: Record<string, Record<string, MetricValue>> = {};
  for (const [key, value, dataset] of rows ?? []) {
    if (dataset === null) define(metrics, key, value);
    else {
      if (!Object.hasOwn(evaluations, dataset)) define(evaluations, dataset, {});
      define(evaluations[dataset] as Record<string, MetricValue>, key, value);
    }
  }
  return { metrics, evaluations };
}

/** Sets an own member even if its name is `__proto__`, because keys come from users. */
function define<T>(on: Record<string, T>, key: string, value: T): void {
  if (key === '__proto__')
    Object.defineProperty(on, key, { value, enumerable: true, configurable: true, writable: true });
  else on[key] = value;
}

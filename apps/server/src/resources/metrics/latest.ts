import type { MetricValue } from '@modelbox/schema';

/** `[key, value, dataset]`; the dataset is null, or its name as seen from the object's namespace. */
export type LatestRow = readonly [key: string, value: MetricValue, dataset: string | null];

/** A JSON array of `LatestRow` for one object. All arguments are SQL expressions: its id, its namespace's, and the series. */
export const latestSql = (objectId: string, namespaceId: string, series = 'metric_series'): string => `(
  SELECT json_agg(json_build_array(s.key, metric_json(s.value),
           CASE WHEN d.namespace_id = ${namespaceId} THEN d.name ELSE dn.path || '/' || d.name END))
  FROM ${series} s LEFT JOIN datasets d ON d.id = s.dataset_id LEFT JOIN namespaces dn ON dn.id = d.namespace_id
  WHERE s.object_id = ${objectId})`;

/** The latest values by key of the points without dataset, and those by dataset and key. */
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

/** Sets an own member whatever its name: a key such as `__proto__` comes from users. */
function define<T>(on: Record<string, T>, key: string, value: T): void {
  if (key === '__proto__')
    Object.defineProperty(on, key, { value, enumerable: true, configurable: true, writable: true });
  else on[key] = value;
}

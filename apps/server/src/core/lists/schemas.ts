import type { FieldSchema, SqlSchema } from '@modelbox/domain';
import { Framework } from '@modelbox/schema';

/** Filter fields that every stored object has. */
export const commonFields = (t: string): SqlSchema['fields'] => ({
  id: { type: 'uuid', sql: `${t}.id`, nullable: false },
  createdBy: { type: 'text', nfc: true, sql: `${t}.created_by`, nullable: false },
  createdAt: { type: 'time', sql: `${t}.created_at`, nullable: false, synonyms: ['creation_time'] },
  updatedAt: { type: 'time', sql: `${t}.updated_at`, nullable: false, synonyms: ['last_updated_timestamp'] },
});

export const frameworkForm: NonNullable<FieldSchema['form']> = {
  fits: (text) => Framework.safeParse(text).success,
  words: 'it is a lower-case word, for example "pytorch"',
};

export const tagsSql = (t: string): NonNullable<SqlSchema['tags']> => ({
  contains: (word) => `${t}.tags @> ARRAY[${word}]`,
  empty: `${t}.tags = '{}'`,
});

/**
 * Builds the SQL for the latest metrics of an object.
 * @param column SQL of the namespace of bare dataset names. Default: the namespace that the statement gives, so that
 * Postgres looks up the dataset once and not for every row.
 */
export function metricSql(t: string, column?: string): NonNullable<SqlSchema['metric']> {
  const rows = (key: string, dataset: string | null, given: () => string) => `
    FROM metric_series s WHERE s.object_id = ${t}.id AND s.key = ${key} AND ${
      dataset === null ? 's.dataset_id IS NULL' : datasetIs(dataset, column ?? given())
    }`;
  return {
    value: (key, dataset, given) => `SELECT s.value ${rows(key, dataset, given)}`,
    exists: (key, dataset, test, given) =>
      `EXISTS (SELECT 1 ${rows(key, dataset, given)} AND ${test('s.value')})`,
  };
}

/** `coco-val` is in the namespace of the object, `ns/coco-val` in `ns`. The last segment is the name. */
const datasetIs = (dataset: string, namespaceId: string): string =>
  `s.dataset_id = (
        SELECT d.id FROM datasets d JOIN namespaces dn ON dn.id = d.namespace_id
        WHERE d.name = regexp_replace(${dataset}, '^.*/', '')
          AND CASE WHEN strpos(${dataset}, '/') = 0 THEN d.namespace_id = ${namespaceId}
                   ELSE dn.path = regexp_replace(${dataset}, '/[^/]*$', '') END)`;

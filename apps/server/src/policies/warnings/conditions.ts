import { type AskedName, filterNames, parseFilter } from '@modelbox/domain';
import { hasName, passes } from '../retention/scope.ts';
import type { Below, Condition, Range } from './ranges.ts';

export const hasMetric =
  (
    { datasetId }: Below,
    { metric, dataset }: { readonly metric: string; readonly dataset?: string | undefined },
  ): Condition =>
  ({ t }, values) => {
    const key = `$${values.push(metric)}::text`;
    const on =
      dataset === undefined
        ? 's.dataset_id IS NULL'
        : `s.dataset_id = $${values.push(datasetId(dataset))}::uuid`;
    return `EXISTS (SELECT 1 FROM metric_series s WHERE s.object_id = ${t}.id AND s.key = ${key} AND ${on})`;
  };

export const isEvaluatedOn =
  ({ datasetId }: Below, dataset: string): Condition =>
  ({ t }, values) =>
    `EXISTS (SELECT 1 FROM metric_series s WHERE s.object_id = ${t}.id AND s.dataset_id = $${values.push(datasetId(dataset))}::uuid)`;

/** Whether an object has a name that a filter asks for. Dataset names are relative to the object. */
export const hasFilterName =
  (name: AskedName): Condition =>
  ({ schema }, values) =>
    hasName(name, schema, values);

export const passesFilter =
  (filter: string): Condition =>
  ({ schema }, values) =>
    passes(parseFilter(filter, schema), schema, values);

export const namesIn = (filter: string | undefined, { schema }: Range): readonly AskedName[] =>
  filter === undefined ? [] : filterNames(filter, schema);

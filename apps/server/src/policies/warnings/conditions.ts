import { Prisma } from '@modelbox/db';
import { type AskedName, filterNames, parseFilter } from '@modelbox/domain';
import { hasName, passes } from '../retention/scope.ts';
import type { Below, Condition, Range } from './ranges.ts';

export const hasMetric =
  (
    { datasetId }: Below,
    { metric, dataset }: { readonly metric: string; readonly dataset?: string | undefined },
  ): Condition =>
  ({ t }) => {
    const on =
      dataset === undefined
        ? Prisma.sql`s.dataset_id IS NULL`
        : Prisma.sql`s.dataset_id = ${datasetId(dataset)}::uuid`;
    return Prisma.sql`EXISTS (
      SELECT 1 FROM metric_series s WHERE s.object_id = ${Prisma.raw(t)}.id AND s.key = ${metric}::text AND ${on})`;
  };

export const isEvaluatedOn =
  ({ datasetId }: Below, dataset: string): Condition =>
  ({ t }) =>
    Prisma.sql`EXISTS (
      SELECT 1 FROM metric_series s WHERE s.object_id = ${Prisma.raw(t)}.id
      AND s.dataset_id = ${datasetId(dataset)}::uuid)`;

/** Whether an object has a name that a filter asks for. Dataset names are relative to the object. */
export const hasFilterName =
  (name: AskedName): Condition =>
  (range) =>
    hasName(name, range);

export const passesFilter =
  (filter: string): Condition =>
  (range) =>
    passes(parseFilter(filter, range.schema), range);

export const namesIn = (filter: string | undefined, { schema }: Range): readonly AskedName[] =>
  filter === undefined ? [] : filterNames(filter, schema);

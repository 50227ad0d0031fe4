import type { MetricValue } from '@modelbox/schema';
import type { DatasetMention, MentionedDataset } from '../datasets/mentions.ts';

/** A point as a request has it. */
export interface PointInput {
  key: string;
  value: MetricValue;
  step?: number | null | undefined;
  time?: string | null | undefined;
  dataset?: DatasetMention | null | undefined;
}

/** The metrics of a create, values by key or points, as points. */
export const pointsOf = (metrics: Record<string, MetricValue> | PointInput[] | undefined): PointInput[] =>
  metrics === undefined
    ? []
    : Array.isArray(metrics)
      ? metrics
      : Object.entries(metrics).map(([key, value]) => ({ key, value }));

export const mentionsOf = (points: readonly PointInput[]): DatasetMention[] =>
  points.flatMap(({ dataset }) => (dataset == null ? [] : [dataset]));

/** Points as the SQL function `log_metrics` takes them. */
export const pointsJson = (
  points: readonly PointInput[],
  datasetOf: (mention: DatasetMention) => MentionedDataset,
): string =>
  JSON.stringify(
    points.map(({ key, value, step, time, dataset }) => {
      if (dataset == null) return { key, value, step, time };
      const { id, digest } = datasetOf(dataset);
      return { key, value, step, time, dataset_id: id, digest };
    }),
  );

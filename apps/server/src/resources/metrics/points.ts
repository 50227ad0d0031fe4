import type { MetricValue } from '@modelbox/schema';
import type { DatasetMention, MentionedDataset } from '../datasets/mentions.ts';

export interface PointInput {
  key: string;
  value: MetricValue;
  step?: number | null | undefined;
  time?: string | null | undefined;
  dataset?: DatasetMention | null | undefined;
}

export const pointsOf = (metrics: Record<string, MetricValue> | PointInput[] | undefined): PointInput[] =>
  metrics === undefined
    ? []
    : Array.isArray(metrics)
      ? metrics
      : Object.entries(metrics).map(([key, value]) => ({ key, value }));

export const mentionsOf = (points: readonly PointInput[]): DatasetMention[] =>
  points.flatMap(({ dataset }) => (dataset == null ? [] : [dataset]));

interface Series {
  /** Counted from 1, as in Postgres. */
  readonly index: number;
  readonly key: string;
  readonly datasetId: string | undefined;
  readonly first: number | null | undefined;
  step: number | null | undefined;
  last: number;
}

/** Converts points to the columns of the SQL function `log_metrics`, each as the text of a Postgres array. */
export function pointColumns(
  points: readonly PointInput[],
  datasetOf: (mention: DatasetMention) => MentionedDataset,
): string[] {
  const found = new Map<string, Series>();
  const indexes: number[] = [];
  const digests: (string | null)[] = [];
  let rises = true;
  for (const [index, { key, step, dataset }] of points.entries()) {
    const mentioned = dataset == null ? undefined : datasetOf(dataset);
    const name = mentioned === undefined ? key : `${mentioned.id}/${key}`;
    let series = found.get(name);
    if (series === undefined) {
      series = { index: found.size + 1, key, datasetId: mentioned?.id, first: step, step, last: index + 1 };
      found.set(name, series);
    } else {
      rises &&= series.step != null && step != null && step > series.step;
      series.step = step;
      series.last = index + 1;
    }
    indexes.push(series.index);
    digests.push(mentioned?.digest ?? null);
  }
  const all = [...found.values()];
  return [
    column(all, ({ key }) => quoted(key)),
    column(all, ({ datasetId }) => datasetId),
    column(all, ({ first }) => first),
    rises ? column(all, ({ last }) => last) : '{}',
    column(indexes, (index) => index),
    column(points, ({ step }) => step),
    column(points, ({ time }) => time),
    column(digests, (digest) => digest && quoted(digest)),
    column(points, ({ value }) => value),
  ];
}

/** Returns the text of a Postgres array; `{}` if no item has a value. */
function column<Item>(
  items: readonly Item[],
  of: (item: Item) => string | number | null | undefined,
): string {
  let text = '';
  let isEmpty = true;
  for (const item of items) {
    const value = of(item);
    if (value != null) isEmpty = false;
    text += text === '' ? (value ?? 'NULL') : `,${value ?? 'NULL'}`;
  }
  return isEmpty ? '{}' : `{${text}}`;
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

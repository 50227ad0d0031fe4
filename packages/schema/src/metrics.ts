import { z } from 'zod';
import { cursor, limit, page } from './lists.ts';
import { aKind, ownerParams, ownerPath } from './owners.ts';
import { Count, DatasetMention, Timestamp, time } from './primitives.ts';
import type { OwnerKind } from './resources.ts';
import { route } from './route.ts';
import { hidden } from './views.ts';

export const POINTS_MAX = 10_000;

export const MetricKey = z
  .string()
  .normalize('NFC')
  .min(1)
  .max(256)
  .regex(/^[^\u0000-\u001f\u007f]+$/, 'must not contain control characters')
  .meta({ description: 'The name of the metric, stored in Unicode NFC.', examples: ['val_loss'] });

export const MetricValue = z
  .union([
    z.number().meta({ id: 'FiniteNumber' }),
    z.enum(['NaN', 'Infinity', '-Infinity']).meta({ id: 'NonFiniteNumber' }),
  ])
  .meta({
    id: 'MetricValue',
    description: 'A double. NaN and the infinities, which JSON lacks, are strings.',
  });
export type MetricValue = z.infer<typeof MetricValue>;

const PointTime = time().max(40).meta({
  format: 'date-time',
  description: 'RFC 3339, to the microsecond. The time is part of the identity of the point.',
});

export const MetricPoint = z
  .strictObject({
    key: MetricKey,
    value: MetricValue,
    step: Count.nullable().optional(),
    time: PointTime.nullable().optional(),
    dataset: DatasetMention.nullable().optional(),
  })
  .meta({ id: 'MetricPoint' });

const MetricValues = z
  .record(MetricKey, MetricValue)
  .meta({ id: 'MetricValues', description: 'Values by key.' });
const MetricPoints = z.array(MetricPoint).max(POINTS_MAX).meta({ id: 'MetricPoints' });
export const MetricsInput = z.union([MetricValues, MetricPoints]).meta({ id: 'MetricsInput' });

export const LatestMetrics = z.record(z.string(), MetricValue).meta({
  description:
    'The latest value of each key, of points without a dataset. The highest step wins, then the latest ' +
    'time, then the last received point.',
});
export const LatestEvaluations = z.record(z.string(), z.record(z.string(), MetricValue)).meta({
  description:
    'The latest value of each dataset and key. Datasets of the same namespace appear by their bare name.',
});

const LoggedPoint = z
  .object({
    key: z.string(),
    value: MetricValue,
    step: Count.nullable(),
    time: Timestamp.nullable(),
    dataset: z.string().nullable(),
    digest: z.string().nullable().meta({ description: 'The digest of the dataset at the measurement.' }),
  })
  .meta({ id: 'LoggedPoint' });

const LogMetrics = z
  .strictObject({ metrics: z.array(MetricPoint).min(1).max(POINTS_MAX) })
  .meta({ id: 'LogMetrics' });

export const MetricSummary = z
  .object({ metrics: LatestMetrics, evaluations: LatestEvaluations, hidden })
  .meta({ id: 'MetricSummary', description: 'The latest values after the write.' });

const seriesQuery = z.strictObject({
  key: MetricKey.optional(),
  dataset: z.string().min(1).max(700).optional().meta({ description: 'Only points on this dataset.' }),
  fromStep: Count.optional(),
  toStep: Count.optional(),
  fromTime: Timestamp.optional(),
  toTime: Timestamp.optional(),
  points: z
    .int()
    .min(2)
    .max(POINTS_MAX)
    .optional()
    .meta({
      description:
        'Limits each series to this number of points. Each bucket of the range keeps its lowest and ' +
        'highest value, so spikes remain visible.',
    }),
  limit,
  cursor,
});

export const metricRoutes = <K extends OwnerKind>(kind: K) =>
  [
    route({
      id: `${kind}s.metrics.log`,
      method: 'POST',
      cost: 'fixed',
      path: `${ownerPath(kind)}/metrics`,
      tag: `${kind}s`,
      summary: `Log metrics of ${aKind(kind)}`,
      description:
        'Stores all points or none. Key, dataset with digest, step, and time as sent identify a point. ' +
        'Repeating a point changes nothing; another value for the same identity replaces it.',
      params: ownerParams(kind),
      body: LogMetrics,
      answers: { 200: MetricSummary },
      subject: 'object',
      touches: {
        object: { kind, at: `params.${kind}`, permission: 'metric.write' },
        datasets: {
          kind: 'dataset',
          at: 'body.metrics[].dataset',
          under: 'object',
          permission: 'dataset.read',
          create: 'dataset.create',
        },
      },
    }),
    route({
      id: `${kind}s.metrics.list`,
      method: 'GET',
      cost: 'variable',
      path: `${ownerPath(kind)}/metrics`,
      tag: `${kind}s`,
      summary: `Read the metric series of ${aKind(kind)}`,
      description:
        'Points are ordered by key, dataset, step and time. Points without step or time come first.',
      params: ownerParams(kind),
      query: seriesQuery,
      answers: { 200: page('LoggedPointPage', LoggedPoint) },
      subject: 'object',
      touches: {
        object: { kind, at: `params.${kind}`, permission: 'metric.read' },
        dataset: { kind: 'dataset', at: 'query.dataset', under: 'object', permission: 'dataset.read' },
      },
    }),
  ] as const;

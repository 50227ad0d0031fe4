import { z } from 'zod';
import { cursor, limit, page } from './lists.ts';
import { aKind, ownerParams, ownerPath } from './owners.ts';
import { Count, DatasetMention, Timestamp, time } from './primitives.ts';
import type { OwnerKind } from './resources.ts';
import { route } from './route.ts';
import { hidden } from './views.ts';

/** Points in one request at most. */
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
  .meta({ id: 'MetricValue', description: 'A double. JSON has no NaN and no infinities: they are strings.' });
export type MetricValue = z.infer<typeof MetricValue>;

/** RFC 3339 to the microsecond, which is what is stored. */
const PointTime = time().max(40).meta({
  format: 'date-time',
  description: 'RFC 3339; part of the identity of the point, to the microsecond.',
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
/** The metrics of a create: values by key, or points. */
export const MetricsInput = z.union([MetricValues, MetricPoints]).meta({ id: 'MetricsInput' });

export const LatestMetrics = z.record(z.string(), MetricValue).meta({
  description:
    'The latest value by key of the points without dataset: highest step, then time, then last received.',
});
export const LatestEvaluations = z.record(z.string(), z.record(z.string(), MetricValue)).meta({
  description: 'The latest value by dataset and key. A dataset of the same namespace has its bare name.',
});

const LoggedPoint = z
  .object({
    key: z.string(),
    value: MetricValue,
    step: Count.nullable(),
    time: Timestamp.nullable(),
    dataset: z.string().nullable(),
    digest: z
      .string()
      .nullable()
      .meta({ description: "The dataset's digest that the point was measured on." }),
  })
  .meta({ id: 'LoggedPoint' });

const LogMetrics = z
  .strictObject({ metrics: z.array(MetricPoint).min(1).max(POINTS_MAX) })
  .meta({ id: 'LogMetrics' });

export const MetricSummary = z
  .object({ metrics: LatestMetrics, evaluations: LatestEvaluations, hidden })
  .meta({ id: 'MetricSummary', description: 'The latest values as they are after the write.' });

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
        'Down-samples every series to at most this many of its points: the range is cut into even runs, and of each the ' +
        'points with the lowest and the highest value stay, so that spikes do.',
    }),
  limit,
  cursor,
});

/** The routes of the metrics of one kind of owner. */
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
        'All or nothing. A point is identified by key, dataset and its digest, step, and time as sent: the same point ' +
        'again changes nothing, the same identity with another value replaces it.',
      params: ownerParams(kind),
      body: LogMetrics,
      answers: { 200: MetricSummary },
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
      description: 'In order of key, dataset, step, time. Points without step or time come first.',
      params: ownerParams(kind),
      query: seriesQuery,
      answers: { 200: page('LoggedPointPage', LoggedPoint) },
      touches: {
        object: { kind, at: `params.${kind}`, permission: 'metric.read' },
        dataset: { kind: 'dataset', at: 'query.dataset', under: 'object', permission: 'dataset.read' },
      },
    }),
  ] as const;

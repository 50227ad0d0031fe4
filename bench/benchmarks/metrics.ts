import type { Bench, Benchmark, Line } from '../benchmark.ts';
import { type Batch, pointsOf } from '../support/bodies.ts';
import { compareWrites } from '../support/writes.ts';

export const metrics: Benchmark = {
  name: 'metrics',
  says: 'batches of 1,000 metric points against `pg` alone writing the same rows',
  async *run(bench) {
    yield await batches(bench, 'one', 'of one series', { points: 1000, series: 1, times: false });
    yield await batches(bench, 'ten', 'over ten series', { points: 1000, series: 10, times: false });
    yield await batches(bench, 'timed', 'of one series, with times', {
      points: 1000,
      series: 1,
      times: true,
    });
  },
};

const batches = (bench: Bench, database: string, kind: string, batch: Batch): Promise<Line> =>
  compareWrites(bench, {
    what: `log 1,000 points ${kind}, 8 in flight`,
    database: `metrics_${database}`,
    inFlight: 8,
    path: '/metrics',
    body: (_run, n) => ({ metrics: pointsOf(batch, n) }),
    status: 200,
    baseline: 'pg-metrics.ts',
    settings: { batch },
    tables: ['metric_points', 'changes'],
    target: { atLeast: 0.5 },
  });

import type { Benchmark } from '../benchmark.ts';
import { checkpointBody } from '../support/bodies.ts';
import { compareWrites } from '../support/writes.ts';

export const checkpoints: Benchmark = {
  name: 'checkpoints',
  says: 'creating checkpoints (ten metrics, two tracked files) against `pg` alone writing the same rows',
  async *run(bench) {
    yield await compareWrites(bench, {
      what: 'create a checkpoint, 16 in flight',
      database: 'checkpoints',
      inFlight: 16,
      path: '/checkpoints',
      body: checkpointBody,
      status: 201,
      baseline: 'pg-checkpoints.ts',
      tables: ['checkpoints', 'files', 'metric_series', 'metric_points', 'changes'],
      target: { atLeast: 0.5 },
    });
  },
};

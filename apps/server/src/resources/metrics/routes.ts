import type { Serve } from '../../protocol/verb.ts';
import { logMetrics } from './log.ts';
import { listPoints } from './series.ts';

export function metricRoutes(serve: Serve): void {
  for (const kind of ['model', 'version', 'experiment', 'checkpoint'] as const) {
    serve(`${kind}s.metrics.log`, (c, { body, touched }) =>
      logMetrics(c, kind, touched.object, body.metrics, touched.datasets),
    );
    serve(`${kind}s.metrics.list`, (c, { query, touched }) =>
      listPoints(c, touched.object, touched.dataset, query),
    );
  }
}

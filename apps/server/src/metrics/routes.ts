import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { mount } from '../http/mount.ts';
import { logMetrics } from './log.ts';
import { listPoints } from './series.ts';

export function metricRoutes(app: FastifyInstance, ctx: Context): void {
  for (const kind of ['model', 'version', 'experiment', 'checkpoint'] as const) {
    mount(app, ctx, `${kind}s.metrics.log`, (c, { body, touched }) =>
      logMetrics(c, kind, touched.object, body.metrics, touched.datasets),
    );
    mount(app, ctx, `${kind}s.metrics.list`, (c, { query, touched }) =>
      listPoints(c, touched.object, touched.dataset, query),
    );
  }
}

import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { mount } from '../http/mount.ts';
import { downloadArchive } from './download.ts';

export function archiveRoutes(app: FastifyInstance, ctx: Context): void {
  for (const kind of ['version', 'checkpoint'] as const) {
    mount(app, ctx, `${kind}s.archive`, (c, { query, headers, touched }) =>
      downloadArchive(c, kind, touched.object, query, {
        method: c.method === 'HEAD' ? 'HEAD' : 'GET',
        headers,
      }),
    );
  }
}

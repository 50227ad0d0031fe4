import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { mount } from '../http/mount.ts';
import { exportAudit } from './export.ts';
import { listAudit } from './list.ts';

export function auditRoutes(app: FastifyInstance, ctx: Context): void {
  mount(app, ctx, 'audit.list', listAudit);
  mount(app, ctx, 'audit.export', exportAudit);
}

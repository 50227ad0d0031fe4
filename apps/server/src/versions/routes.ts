import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { mount } from '../http/mount.ts';
import { readLineage } from '../lineage/read.ts';
import { createVersion } from './create.ts';
import { finalizeVersion } from './finalize.ts';
import { listVersions } from './list.ts';

export function versionRoutes(app: FastifyInstance, ctx: Context): void {
  mount(app, ctx, 'models.versions.create', createVersion);
  mount(app, ctx, 'models.versions.list', listVersions);
  mount(app, ctx, 'versions.finalize', finalizeVersion);
  mount(app, ctx, 'versions.lineage', readLineage);
}

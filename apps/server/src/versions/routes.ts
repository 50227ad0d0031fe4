import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { mount } from '../http/mount.ts';
import { readLineage } from '../lineage/read.ts';
import { getObject } from '../objects/get.ts';
import { updateObject } from '../objects/update.ts';
import { createVersion } from './create.ts';
import { deleteVersion, restoreVersion } from './delete.ts';
import { finalizeVersion } from './finalize.ts';
import { listVersions } from './list.ts';
import { versions } from './store.ts';

export function versionRoutes(app: FastifyInstance, ctx: Context): void {
  mount(app, ctx, 'models.versions.create', createVersion);
  mount(app, ctx, 'models.versions.list', listVersions);
  mount(app, ctx, 'versions.get', (c, { touched, query }) => getObject(c, 'version', touched.version, query));
  mount(app, ctx, 'versions.update', (c, { touched, body }) =>
    updateObject(c, versions, touched.version, body),
  );
  mount(app, ctx, 'versions.delete', deleteVersion);
  mount(app, ctx, 'versions.restore', restoreVersion);
  mount(app, ctx, 'versions.finalize', finalizeVersion);
  mount(app, ctx, 'versions.lineage', readLineage);
}

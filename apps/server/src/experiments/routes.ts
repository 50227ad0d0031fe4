import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { mount } from '../http/mount.ts';
import { deleteObject, restoreObject } from '../objects/delete.ts';
import { getObject } from '../objects/get.ts';
import { updateObject } from '../objects/update.ts';
import { createExperiment } from './create.ts';
import { listExperiments } from './list.ts';
import { experiments } from './store.ts';

export function experimentRoutes(app: FastifyInstance, ctx: Context): void {
  mount(app, ctx, 'experiments.create', createExperiment);
  mount(app, ctx, 'experiments.list', listExperiments);
  mount(app, ctx, 'experiments.get', (c, { touched, query }) =>
    getObject(c, 'experiment', touched.experiment, query),
  );
  mount(app, ctx, 'experiments.update', (c, { touched, body }) =>
    updateObject(c, experiments, touched.experiment, body),
  );
  mount(app, ctx, 'experiments.delete', (c, { touched }) => deleteObject(c, experiments, touched.experiment));
  mount(app, ctx, 'experiments.restore', (c, { touched }) =>
    restoreObject(c, experiments, touched.experiment),
  );
}

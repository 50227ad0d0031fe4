import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { mount } from '../http/mount.ts';
import { deleteObject, restoreObject } from '../objects/delete.ts';
import { getObject } from '../objects/get.ts';
import { updateObject } from '../objects/update.ts';
import { createModel } from './create.ts';
import { listModels } from './list.ts';
import { models } from './store.ts';

export function modelRoutes(app: FastifyInstance, ctx: Context): void {
  mount(app, ctx, 'models.create', createModel);
  mount(app, ctx, 'models.list', listModels);
  mount(app, ctx, 'models.get', (c, { touched, query }) => getObject(c, 'model', touched.model, query));
  mount(app, ctx, 'models.update', (c, { touched, body }) => updateObject(c, models, touched.model, body));
  mount(app, ctx, 'models.delete', (c, { touched }) => deleteObject(c, models, touched.model));
  mount(app, ctx, 'models.restore', (c, { touched }) => restoreObject(c, models, touched.model));
}

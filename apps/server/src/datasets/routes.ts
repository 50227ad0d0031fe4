import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { mount } from '../http/mount.ts';
import { getObject } from '../kinds/get.ts';
import { updateObject } from '../objects/update.ts';
import { checkUri, createDataset } from './create.ts';
import { listDatasets } from './list.ts';
import { datasets } from './store.ts';

export function datasetRoutes(app: FastifyInstance, ctx: Context): void {
  mount(app, ctx, 'datasets.create', createDataset);
  mount(app, ctx, 'datasets.list', listDatasets);
  mount(app, ctx, 'datasets.get', (c, { touched }) => getObject(c, 'dataset', touched.dataset));
  mount(app, ctx, 'datasets.update', (c, { touched, body }) => {
    checkUri(body.uri);
    return updateObject(c, datasets, touched.dataset, body);
  });
}

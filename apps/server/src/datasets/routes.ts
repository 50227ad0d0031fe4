import type { Serve } from '../http/verb.ts';
import { getObject } from '../kinds/get.ts';
import { updateObject } from '../objects/update.ts';
import { checkUri, createDataset } from './create.ts';
import { listDatasets } from './list.ts';
import { datasets } from './store.ts';

export function datasetRoutes(serve: Serve): void {
  serve('datasets.create', createDataset);
  serve('datasets.list', listDatasets);
  serve('datasets.get', (c, { touched }) => getObject(c, 'dataset', touched.dataset));
  serve('datasets.update', (c, { touched, body }) => {
    checkUri(body.uri);
    return updateObject(c, datasets, touched.dataset, body);
  });
}

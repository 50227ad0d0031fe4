import { getObject } from '../../core/objects/get.ts';
import { updateObject } from '../../core/objects/update.ts';
import type { Serve } from '../../protocol/verb.ts';
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

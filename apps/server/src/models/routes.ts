import type { Serve } from '../http/verb.ts';
import { createModel } from './create.ts';
import { listModels } from './list.ts';

export function modelRoutes(serve: Serve): void {
  serve('models.create', createModel);
  serve('models.list', listModels);
}

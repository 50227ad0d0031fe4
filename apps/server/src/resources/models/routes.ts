import type { Serve } from '../../protocol/verb.ts';
import { createModel } from './create.ts';
import { listModels } from './list.ts';

export function modelRoutes(serve: Serve): void {
  serve('models.create', createModel);
  serve('models.list', listModels);
}

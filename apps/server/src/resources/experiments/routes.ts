import type { Serve } from '../../protocol/verb.ts';
import { createExperiment } from './create.ts';
import { listExperiments } from './list.ts';

export function experimentRoutes(serve: Serve): void {
  serve('experiments.create', createExperiment);
  serve('experiments.list', listExperiments);
}

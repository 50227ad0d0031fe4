import type { Serve } from '../../protocol/verb.ts';
import { createCheckpoint } from './create.ts';
import { finalizeCheckpoint } from './finalize.ts';
import { latestCheckpoint, listCheckpoints } from './list.ts';
import { promoteCheckpoint } from './promote.ts';

export function checkpointRoutes(serve: Serve): void {
  serve('experiments.checkpoints.create', createCheckpoint);
  serve('experiments.checkpoints.list', listCheckpoints);
  serve('experiments.checkpoints.latest', latestCheckpoint);
  serve('checkpoints.finalize', finalizeCheckpoint);
  serve('checkpoints.promote', promoteCheckpoint);
}

import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { mount } from '../http/mount.ts';
import { createCheckpoint } from './create.ts';
import { finalizeCheckpoint } from './finalize.ts';
import { latestCheckpoint, listCheckpoints } from './list.ts';
import { promoteCheckpoint } from './promote.ts';

export function checkpointRoutes(app: FastifyInstance, ctx: Context): void {
  mount(app, ctx, 'experiments.checkpoints.create', createCheckpoint);
  mount(app, ctx, 'experiments.checkpoints.list', listCheckpoints);
  mount(app, ctx, 'experiments.checkpoints.latest', latestCheckpoint);
  mount(app, ctx, 'checkpoints.finalize', finalizeCheckpoint);
  mount(app, ctx, 'checkpoints.promote', promoteCheckpoint);
}

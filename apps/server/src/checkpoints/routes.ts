import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { mount } from '../http/mount.ts';
import { getObject } from '../objects/get.ts';
import { updateObject } from '../objects/update.ts';
import { createCheckpoint } from './create.ts';
import { deleteCheckpoint, restoreCheckpoint } from './delete.ts';
import { finalizeCheckpoint } from './finalize.ts';
import { latestCheckpoint, listCheckpoints } from './list.ts';
import { promoteCheckpoint } from './promote.ts';
import { checkpoints } from './store.ts';

export function checkpointRoutes(app: FastifyInstance, ctx: Context): void {
  mount(app, ctx, 'experiments.checkpoints.create', createCheckpoint);
  mount(app, ctx, 'experiments.checkpoints.list', listCheckpoints);
  mount(app, ctx, 'experiments.checkpoints.latest', latestCheckpoint);
  mount(app, ctx, 'checkpoints.get', (c, { touched, query }) =>
    getObject(c, 'checkpoint', touched.checkpoint, query),
  );
  mount(app, ctx, 'checkpoints.update', (c, { touched, body }) =>
    updateObject(c, checkpoints, touched.checkpoint, body),
  );
  mount(app, ctx, 'checkpoints.delete', deleteCheckpoint);
  mount(app, ctx, 'checkpoints.restore', restoreCheckpoint);
  mount(app, ctx, 'checkpoints.finalize', finalizeCheckpoint);
  mount(app, ctx, 'checkpoints.promote', promoteCheckpoint);
}

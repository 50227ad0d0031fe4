import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { mount } from '../http/mount.ts';
import { createModel } from './create.ts';
import { listModels } from './list.ts';

export function modelRoutes(app: FastifyInstance, ctx: Context): void {
  mount(app, ctx, 'models.create', createModel);
  mount(app, ctx, 'models.list', listModels);
}

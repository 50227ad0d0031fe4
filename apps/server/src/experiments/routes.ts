import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { mount } from '../http/mount.ts';
import { createExperiment } from './create.ts';
import { listExperiments } from './list.ts';

export function experimentRoutes(app: FastifyInstance, ctx: Context): void {
  mount(app, ctx, 'experiments.create', createExperiment);
  mount(app, ctx, 'experiments.list', listExperiments);
}

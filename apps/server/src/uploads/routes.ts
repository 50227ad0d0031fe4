import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { mount } from '../http/mount.ts';
import { HttpProblem } from '../http/problem.ts';
import { readObject } from '../kinds/read.ts';
import { listUploads } from './list.ts';

const soon = () => Promise.reject(new HttpProblem('unavailable', 'Not yet.'));

export function uploadRoutes(app: FastifyInstance, ctx: Context): void {
  mount(app, ctx, 'uploads.create', soon);
  mount(app, ctx, 'uploads.list', listUploads);
  mount(app, ctx, 'uploads.get', async (c, { touched }) => {
    const { body } = await readObject(c, 'upload', touched.upload.id);
    return { status: 200, body };
  });
  mount(app, ctx, 'uploads.abort', soon);
  mount(app, ctx, 'uploads.parts.list', soon);
  mount(app, ctx, 'uploads.parts.put', soon);
  mount(app, ctx, 'uploads.parts.sign', soon);
  mount(app, ctx, 'uploads.complete', soon);
}

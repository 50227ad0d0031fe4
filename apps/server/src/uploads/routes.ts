import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { mount } from '../http/mount.ts';
import { getObject } from '../kinds/get.ts';
import { abortUpload } from './abort.ts';
import { completeUpload } from './complete.ts';
import { createUpload } from './create.ts';
import { listUploads } from './list.ts';
import { listParts } from './list-parts.ts';
import { putPart } from './put-part.ts';
import { signParts } from './sign-parts.ts';

export function uploadRoutes(app: FastifyInstance, ctx: Context): void {
  mount(app, ctx, 'uploads.create', createUpload);
  mount(app, ctx, 'uploads.list', listUploads);
  // Also of a deleted object: whoever sends parts must be able to see why they are refused.
  mount(app, ctx, 'uploads.get', (c, { touched }) =>
    getObject(c, 'upload', touched.upload, { includeDeleted: true }),
  );
  mount(app, ctx, 'uploads.abort', abortUpload);
  mount(app, ctx, 'uploads.parts.list', listParts);
  mount(app, ctx, 'uploads.parts.put', putPart);
  mount(app, ctx, 'uploads.parts.sign', signParts);
  mount(app, ctx, 'uploads.complete', completeUpload);
}

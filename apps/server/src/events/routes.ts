import { OWNER_KINDS } from '@modelbox/schema';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { mount } from '../http/mount.ts';
import { createEvent } from './create.ts';
import { listEvents } from './list.ts';

export function eventRoutes(app: FastifyInstance, ctx: Context): void {
  for (const kind of OWNER_KINDS) {
    mount(app, ctx, `${kind}s.events.create`, (c, { body, touched }) =>
      createEvent(c, kind, touched.object, body),
    );
    mount(app, ctx, `${kind}s.events.list`, (c, { query, touched }) => listEvents(c, touched.object, query));
  }
}

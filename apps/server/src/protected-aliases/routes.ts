import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { mount } from '../http/mount.ts';
import { deleteProtection } from './delete.ts';
import { listProtections } from './list.ts';
import { setProtection } from './set.ts';

export function protectedAliasRoutes(app: FastifyInstance, ctx: Context): void {
  for (const kind of ['models', 'namespaces'] as const) {
    mount(app, ctx, `${kind}.protectedAliases.list`, (c, { query, touched }) =>
      listProtections(c, touched.object, query),
    );
    mount(app, ctx, `${kind}.protectedAliases.set`, (c, { params, body, touched }) =>
      setProtection(c, touched.object, params.alias, body),
    );
    mount(app, ctx, `${kind}.protectedAliases.delete`, (c, { params, touched }) =>
      deleteProtection(c, touched.object, params.alias),
    );
  }
}

import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { mount } from '../http/mount.ts';
import { getObject } from '../kinds/get.ts';
import { deleteNamespace } from './delete.ts';
import { listNamespaces } from './list.ts';
import { updateNamespace } from './update.ts';
import { readUsage } from './usage.ts';

export function namespaceRoutes(app: FastifyInstance, ctx: Context): void {
  mount(app, ctx, 'namespaces.list', listNamespaces);
  mount(app, ctx, 'namespaces.get', (c, { touched }) => getObject(c, 'namespace', touched.namespace));
  mount(app, ctx, 'namespaces.update', updateNamespace);
  mount(app, ctx, 'namespaces.usage', readUsage);
  mount(app, ctx, 'namespaces.delete', deleteNamespace);
}

import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { mount } from '../http/mount.ts';
import { deleteAlias } from './delete.ts';
import { aliasHistory, getAlias, listAliases } from './list.ts';
import { rollbackAlias } from './rollback.ts';
import { setAlias } from './set.ts';

export function aliasRoutes(app: FastifyInstance, ctx: Context): void {
  mount(app, ctx, 'models.aliases.list', listAliases);
  mount(app, ctx, 'models.aliases.set', setAlias);
  mount(app, ctx, 'models.aliases.get', getAlias);
  mount(app, ctx, 'models.aliases.delete', deleteAlias);
  mount(app, ctx, 'models.aliases.history', aliasHistory);
  mount(app, ctx, 'models.aliases.rollback', rollbackAlias);
}

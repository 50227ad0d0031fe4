import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { mount } from '../http/mount.ts';
import { deleteGrant, listGrants, setGrant } from './grants.ts';
import { createToken, listTokens, revokeToken } from './tokens.ts';
import { whoami } from './whoami.ts';

export function accessRoutes(app: FastifyInstance, ctx: Context): void {
  mount(app, ctx, 'whoami', whoami);
  mount(app, ctx, 'tokens.create', createToken);
  mount(app, ctx, 'tokens.list', listTokens);
  mount(app, ctx, 'tokens.revoke', revokeToken);
  mount(app, ctx, 'namespaces.grants.list', listGrants);
  mount(app, ctx, 'namespaces.grants.set', setGrant);
  mount(app, ctx, 'namespaces.grants.delete', deleteGrant);
}

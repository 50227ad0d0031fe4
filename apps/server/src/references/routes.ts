import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { mount } from '../http/mount.ts';
import { createMemory } from '../http/remember.ts';
import { resolveReference } from './resolve.ts';

export function referenceRoutes(app: FastifyInstance, ctx: Context): void {
  mount(app, ctx, 'resolve', resolveReference, createMemory());
}

import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { mount } from '../http/mount.ts';
import { runVerification } from './run.ts';

export function verificationRoutes(app: FastifyInstance, ctx: Context): void {
  mount(app, ctx, 'verifications.run', runVerification);
}

import { z } from 'zod';
import { route } from './route.ts';

const Check = z.object({ ok: z.boolean(), detail: z.string().optional() });
export const Health = z.object({ status: z.literal('ok'), version: z.string() }).meta({ id: 'Health' });
const StoreCheck = Check.extend({
  state: z.enum(['ok', 'full', 'read_only', 'unavailable']).meta({
    description:
      'With `full` and `read_only` stored files can be read, so the server is ready; uploads are 503.',
  }),
});
export const Readiness = z
  .object({
    ready: z.boolean(),
    checks: z.object({
      database: Check,
      migrations: Check,
      blobs: StoreCheck,
      clock: Check.describe('Not ok: this server takes no decision by age. It is ready all the same.'),
    }),
  })
  .meta({ id: 'Readiness', description: 'Whether the server can serve, part by part.' });

const shared = { method: 'GET', cost: 'fixed', tag: 'system', public: true, touches: {} } as const;

export const systemRoutes = [
  route({
    ...shared,
    id: 'system.health',
    path: '/healthz',
    summary: 'The process lives',
    answers: { 200: Health },
  }),
  route({
    ...shared,
    id: 'system.ready',
    path: '/readyz',
    summary: 'Database, migrations and file store answer',
    answers: { 200: Readiness, 503: Readiness },
  }),
  route({
    ...shared,
    id: 'system.metrics',
    path: '/metrics',
    summary: 'Prometheus metrics',
    answers: { 200: 'text' },
  }),
  route({
    ...shared,
    id: 'system.openapi',
    path: '/openapi.json',
    summary: 'This document',
    answers: { 200: 'json' },
  }),
  route({
    ...shared,
    id: 'system.docs',
    path: '/docs',
    summary: 'This document, for a person',
    answers: { 200: 'html' },
  }),
  route({
    ...shared,
    id: 'system.docsAsset',
    path: '/docs/{asset}',
    summary: 'A part of the page',
    params: z.strictObject({ asset: z.string().max(64) }),
    answers: { 200: 'bytes' },
    errors: [404],
  }),
] as const;

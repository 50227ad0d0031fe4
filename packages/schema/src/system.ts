import { z } from 'zod';
import { route } from './route.ts';

const Check = z.object({ ok: z.boolean(), detail: z.string().optional() });
export const Health = z.object({ status: z.literal('ok'), version: z.string() }).meta({ id: 'Health' });
const StoreCheck = Check.extend({
  state: z.enum(['ok', 'full', 'read_only', 'unavailable']).meta({
    description:
      'In `full` and `read_only`, the server is ready and stored files can be read, but uploads return ' +
      '503.',
  }),
});
export const Readiness = z
  .object({
    ready: z.boolean(),
    checks: z.object({
      database: Check,
      migrations: Check,
      blobs: StoreCheck,
      clock: Check.describe(
        'If not ok, the server makes no decision that depends on age. It is ready nevertheless.',
      ),
    }),
  })
  .meta({ id: 'Readiness', description: 'The readiness of the server and its parts.' });

const shared = { method: 'GET', cost: 'fixed', tag: 'system', public: true, touches: {} } as const;

export const systemRoutes = [
  route({
    ...shared,
    id: 'system.health',
    path: '/healthz',
    summary: 'Check that the process is alive',
    answers: { 200: Health },
  }),
  route({
    ...shared,
    id: 'system.ready',
    path: '/readyz',
    summary: 'Check the database, the migrations and the file store',
    answers: { 200: Readiness, 503: Readiness },
  }),
  route({
    ...shared,
    id: 'system.metrics',
    path: '/metrics',
    summary: 'Read the metrics in the Prometheus format',
    answers: { 200: 'text' },
  }),
  route({
    ...shared,
    id: 'system.openapi',
    path: '/openapi.json',
    summary: 'Read this OpenAPI document',
    answers: { 200: 'json' },
  }),
  route({
    ...shared,
    id: 'system.docs',
    path: '/docs',
    summary: 'Read this document as a web page',
    answers: { 200: 'html' },
  }),
  route({
    ...shared,
    id: 'system.docsAsset',
    path: '/docs/{asset}',
    summary: 'Read an asset of the web page',
    params: z.strictObject({ asset: z.string().max(64) }),
    answers: { 200: 'bytes' },
    errors: [404],
  }),
] as const;

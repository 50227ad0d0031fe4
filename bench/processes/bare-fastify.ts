// Bare Fastify: answers one body from a constant string.

import Fastify from 'fastify';
import { serveParent } from './parent.ts';

serveParent(async ({ body }: { body: string }) => {
  const app = Fastify();
  app.get('/', (_request, reply) => {
    reply.header('content-type', 'application/json; charset=utf-8').send(body);
  });
  return { url: await app.listen({ host: '127.0.0.1', port: 0 }) };
});

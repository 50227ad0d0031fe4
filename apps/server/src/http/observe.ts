import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../protocol/context.ts';
import { redactedUrl } from './redact.ts';

/** Logs an answered request and counts it. `route` is the operation id, or `none`. */
export function observe(ctx: Context, request: FastifyRequest, reply: FastifyReply, route: string): void {
  ctx.telemetry.request(route, request.method, reply.statusCode, reply.elapsedTime / 1000);
  request.log.info(
    {
      route,
      method: request.method,
      url: redactedUrl(request.url),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 1000) / 1000,
    },
    'answered',
  );
}

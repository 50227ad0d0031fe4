import { createHash } from 'node:crypto';
import { type Route, takesIdempotencyKey } from '@modelbox/schema';
import type { FastifyRequest } from 'fastify';
import type { RequestContext } from '../protocol/context.ts';
import { invalidField } from '../protocol/problem.ts';

/**
 * Returns the hash of the `Idempotency-Key` with its caller, method and URL, and the hash of the body. Undefined if the
 * request has no key.
 */
export function idempotencyOf({
  ctx,
  route,
  request,
  body,
}: {
  ctx: RequestContext;
  route: Route;
  request: FastifyRequest;
  body: unknown;
}): RequestContext['idempotency'] {
  const key = request.headers['idempotency-key'];
  if (key === undefined || !takesIdempotencyKey(route)) return undefined;
  if (typeof key !== 'string' || !/^[\u0021-\u007e\u0080-\u00ff]{1,255}$/.test(key)) {
    throw invalidField('header', '/idempotency-key', 'must be 1 to 255 visible characters');
  }
  const scope = createHash('sha256');
  for (const part of [ctx.actor.name, request.method, request.url, key])
    scope.update(`${part.length}:${part}`);
  // A validated body has its members in the order of its schema, so member order does not change the hash.
  return {
    scope: formatUuid(scope.digest()),
    bodyHash: createHash('sha256')
      .update(JSON.stringify(body ?? null))
      .digest()
      .readBigInt64BE(),
  };
}

/** Formats the first 128 bits as Postgres prints a uuid. */
const formatUuid = (bytes: Buffer): string =>
  bytes.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

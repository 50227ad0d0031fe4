import type { Route } from '@modelbox/schema';
import type { FastifyRequest } from 'fastify';
import { bearerIn } from '../../access/credentials.ts';
import { hashOf } from '../../access/token-identity.ts';
import type { Context, RequestContext } from '../../protocol/context.ts';
import { RETRY_AFTER } from '../../protocol/errors.ts';
import { subjectOf, type Touched } from '../../protocol/located.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import type { AuditEvent } from './events.ts';
import { failedLately, storeDenial } from './repeated-denials.ts';

export interface Attempt {
  readonly route: Route;
  readonly touched: Touched;
  /** Absent until the caller is authenticated. */
  by?: RequestContext;
}

/**
 * Records a denied attempt before it is answered: 401, 403, and a 404 that hides an object.
 * @throws HttpProblem `unavailable` if the attempt cannot be recorded: no probe stays unrecorded.
 */
export async function recordDenial({
  ctx,
  request,
  attempt,
  error,
}: {
  ctx: Context;
  request: FastifyRequest;
  attempt: Attempt;
  error: unknown;
}): Promise<void> {
  if (ctx.settings.auth === 'open' || !(error instanceof HttpProblem)) return;
  const isDecoy = !isDenial(error);
  if (isDecoy && !error.couldHide) {
    // Hidden objects get 503 while nothing can be recorded. If missing ones got 404, the difference would reveal which
    // exist.
    if (error.code === 'not_found' && failedLately(ctx)) throw notRecorded();
    return;
  }
  const attempted = denialOf(ctx, { request, attempt, error });
  const event: AuditEvent = isDecoy ? { ...attempted, isDecoy } : attempted;
  if (!isDecoy) ctx.telemetry.denied(error.status);
  try {
    await storeDenial(ctx, event);
  } catch (failure) {
    if (!isDecoy) {
      const { hash: _, ...denied } = event;
      ctx.telemetry.unrecorded();
      ctx.log.error({ err: failure, denied }, 'a denied attempt could not be recorded');
    }
    throw notRecorded();
  }
}

const notRecorded = (): HttpProblem =>
  new HttpProblem(
    'unavailable',
    'The audit cannot record requests now, and the server refuses requests that it cannot record. Try again later.',
    {},
    RETRY_AFTER,
  );

const isDenial = ({ status, refusal }: HttpProblem): boolean =>
  status === 401 || status === 403 || refusal !== undefined;

function denialOf(
  ctx: Context,
  { request, attempt, error }: { request: FastifyRequest; attempt: Attempt; error: HttpProblem },
): AuditEvent {
  const { route, touched, by } = attempt;
  const { status, refusal, message } = error;
  // If a verb denies without a `refusal`, the denial concerns the object that the request names.
  const object = refusal ?? (status === 401 ? undefined : subjectOf(route, touched));
  const isKnown = route.public !== true && status !== 401;
  return {
    outcome: 'denied',
    at: by?.now() ?? ctx.now(),
    actor: (isKnown && by?.actor.name) || null,
    tokenId: (isKnown && by?.actor.tokenId) || null,
    hash: status === 401 ? hashOfSent(request.headers.authorization) : null,
    address: request.ip,
    requestId: request.id,
    method: request.method,
    route: route.id,
    status,
    permission: refusal?.permission ?? null,
    kind: object?.kind ?? null,
    objectId: object?.id ?? null,
    namespace: object?.namespace || null,
    name: object?.name || null,
    // The text of a 404 only repeats the request.
    detail: status === 404 ? null : message,
  };
}

function hashOfSent(authorization: string | undefined): string | null {
  const secret = bearerIn(authorization);
  return secret === undefined ? null : hashOf(secret).toString('hex');
}

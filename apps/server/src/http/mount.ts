import { type Actor, decideAccess, localActor } from '@modelbox/domain';
import { isReadOnRecord, type Route, type RouteId, routes } from '@modelbox/schema';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { echoOf, viewOf } from '../access/views.ts';
import type { Context, RequestContext } from '../protocol/context.ts';
import type { Located, Touched } from '../protocol/located.ts';
import { HttpProblem } from '../protocol/problem.ts';
import { validate } from '../protocol/validate.ts';
import type { Answered, Reply, Verb } from '../protocol/verb.ts';
import { type Attempt, recordDenial } from '../resources/audit/denials.ts';
import { recordReads } from '../resources/audit/reads.ts';
import { readBody } from './bodies.ts';
import { idempotencyOf } from './idempotency.ts';
import { newNamesIn } from './new-names.ts';
import { pathParams, routerPath } from './params.ts';
import { queryReader, refuseQuery } from './query.ts';
import { readBack } from './read-back.ts';
import { contextOf, type Writable } from './request-context.ts';
import { type Memory, wholeOnly } from './response-cache.ts';
import { answerEncoder, isRaw, sendJson, sendRaw } from './send-answer.ts';
import { isInBody, touch } from './touch/touch.ts';
import { demandRoomToWrite, noteCaller } from './unread.ts';

/** Options of a route's verb; see `Serve`. */
interface How {
  /** The cache of encoded answers. */
  readonly memory?: Memory;
  /** The verb takes its turns itself. */
  readonly ownTurns?: boolean;
}

/**
 * Registers a route, the only way in: authenticates, locates, authorizes, parses, calls the verb and encodes. Records
 * denials, and reads if the settings say so.
 * @throws Error if the route declares neither touches nor that it is public
 */
export function mount<Id extends RouteId>(
  app: FastifyInstance,
  ctx: Context,
  id: Id,
  verb: Verb<Id>,
  how: How = {},
): void {
  const route: Route = routes[id];
  if (!route.public && !route.known && Object.keys(route.touches).length === 0)
    throw new Error(`${id} declares no permission`);
  const handle = handler(ctx, route, verb as unknown as AnyVerb, how);
  app.route({
    method: route.method === 'GET' ? ['GET', 'HEAD'] : route.method,
    url: routerPath(route),
    exposeHeadRoute: false,
    config: { route },
    handler: handle,
  });
}

type AnyVerb = (ctx: RequestContext, input: Record<string, unknown>) => Promise<Reply>;

function handler(ctx: Context, route: Route, verb: AnyVerb, { memory, ownTurns = false }: How) {
  const readQuery = queryReader(route.query);
  const readParams = pathParams(route);
  const encode = answerEncoder(ctx, route);
  const view = viewOf(route);
  const kept = memory && wholeOnly(memory, view);
  const entries = Object.entries(route.touches);
  const before = Object.fromEntries(entries.filter(([, declared]) => !isInBody(declared)));
  const after = Object.fromEntries(entries.filter(([, declared]) => isInBody(declared)));
  const hasAfter = Object.keys(after).length > 0;
  const demandVisible = typeof route.body === 'object' ? newNamesIn(route.body) : undefined;

  const isCostly = route.cost === 'variable';
  const run = isCostly && !ownTurns ? inTurn(verb) : verb;

  const recordRead = ctx.settings.auditReads && isReadOnRecord(route) ? recordReads() : undefined;

  function queryOf({ url }: FastifyRequest): unknown {
    const search = url.indexOf('?');
    const raw = readQuery(search < 0 ? '' : url.slice(search + 1));
    return route.query ? validate(route.query, raw, 'query') : refuseQuery(raw);
  }

  async function serve(request: FastifyRequest, reply: FastifyReply, attempt: Attempt) {
    const actor = route.public ? localActor : await admitted(ctx, request, reply);
    const requestContext = contextOf(ctx, request, reply, route, actor);
    attempt.by = requestContext;
    const params = readParams(request.params as Record<string, string>);
    const input: Record<string, unknown> = { params, query: queryOf(request), headers: request.headers };
    const { touched } = attempt;
    const again = <T>(work: () => Promise<T>) =>
      withFreshRights(requestContext, request.headers.authorization, work);
    const authorize = (touches: Route['touches']) =>
      again(() => touch(requestContext, touches, input, touched));
    await authorize(before);
    const shown = kept && (Object.values(touched)[0]?.[0] as Located);
    const known = shown && kept?.find(route.id, shown, requestContext.actor);
    if (known) return sendJson(reply.code(200), known);
    if (route.headers) validate(route.headers, request.headers, 'header');
    input['body'] = await readBody(route, request, ctx.settings, requestContext.actor.name);
    demandVisible?.(input['body']);
    if (hasAfter) await authorize(after);
    input['touched'] = singles(route, touched);
    const idempotency = idempotencyOf(requestContext, route, request, input['body']);
    if (idempotency) requestContext.idempotency = idempotency;
    demandRoomToWrite(ctx, request, route);
    requestContext.about = namespacesOf(touched);
    const runVerb = () => run(requestContext, input);
    // An uploaded file is a stream, which cannot be read again.
    const result = await (route.body === 'bytes' ? runVerb() : again(runVerb)).finally(
      () => isCostly && ctx.rateLimits.tellCost(ctx, reply, requestContext.actor),
    );
    const answer = 'object' in result ? await readBack(requestContext, result) : result;
    await recordRead?.(requestContext, attempt, params, answer);
    if (answer.body === undefined || answer.stream || isRaw(answer.body)) return sendRaw(reply, answer);
    const body = visibleTo(requestContext.actor, answer, touched, input['body']);
    const encoded = { body: await encode({ ...answer, body }), etag: answer.etag };
    if (shown)
      kept?.keep(route.id, shown, requestContext.actor, { ...encoded, foreign: answer.crossNamespace });
    return sendJson(reply.code(answer.status).headers(answer.headers ?? {}), encoded);
  }

  /** Returns the body of an answer without the fields that the caller may not see. */
  function visibleTo(actor: Actor, { status, body }: Answered, touched: Touched, sent: unknown): unknown {
    const namespace = Object.values(touched)[0]?.[0]?.namespace ?? '';
    const { echoes } = route;
    const isWhole = echoes === undefined || decideAccess(actor, echoes, namespace) === 'allowed';
    return isWhole ? view.show(actor, status, body, namespace) : echoOf(sent, body);
  }

  return async (request: FastifyRequest, reply: FastifyReply) => {
    const attempt: Attempt = { route, touched: {} };
    try {
      return await serve(request, reply, attempt);
    } catch (error) {
      await recordDenial(ctx, request, attempt, error);
      throw error;
    }
  };
}

/** Runs a verb in the turn of its caller. */
const inTurn =
  (verb: AnyVerb): AnyVerb =>
  (ctx, input) =>
    ctx.costs.run(ctx, (leased) => verb(leased, input));

/** The namespace of the first object that a request names. */
const namespacesOf = (touched: Touched): string[] =>
  Object.values(touched)
    .flat()
    .slice(0, 1)
    .flatMap(({ namespace }) => namespace || []);

/** Authenticates the caller and counts the request. */
async function admitted(ctx: Context, request: FastifyRequest, reply: FastifyReply): Promise<Actor> {
  ctx.rateLimits.byAddress(ctx, reply, request.ip);
  const actor = await ctx.authentication.identify(ctx, request.headers.authorization, request.ip);
  ctx.rateLimits.byIdentity(ctx, reply, actor);
  noteCaller(request, actor.name);
  return actor;
}

/**
 * Runs `work`. If cached rights deny it or could hide its object, reloads the caller's rights and runs it once more.
 * Denied work has changed nothing.
 */
async function withFreshRights<T>(
  ctx: Writable<RequestContext>,
  authorization: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HttpProblem && (error.refusal || error.couldHide))) throw error;
    ctx.actor = await ctx.authentication.identify(ctx, authorization, ctx.address, 'anew');
    return work();
  }
}

/** Places with `[]` yield a list, other places one object. */
const singles = (route: Route, touched: Touched): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(touched).map(([name, found]) => [
      name,
      route.touches[name]?.at.includes('[]') ? found : found[0],
    ]),
  );

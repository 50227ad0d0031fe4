import { type Actor, decideAccess, localActor } from '@modelbox/domain';
import { isReadOnRecord, type Route, type RouteId, routes } from '@modelbox/schema';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { echoOf, viewOf } from '../access/views.ts';
import type { Context, RequestContext, Turn } from '../protocol/context.ts';
import { type Located, subjectOf, type Touched } from '../protocol/located.ts';
import { HttpProblem } from '../protocol/problem.ts';
import { validate } from '../protocol/validate.ts';
import type { Answered, Reply, Verb } from '../protocol/verb.ts';
import { type Attempt, recordDenial } from '../resources/audit/denials.ts';
import { recordReads } from '../resources/audit/reads.ts';
import { hasBody, readBody } from './bodies.ts';
import { isLarge } from './body-turns.ts';
import { freeTurn } from './costs/caller-turns.ts';
import { idempotencyOf } from './idempotency.ts';
import { newNamesIn } from './new-names.ts';
import { pathParams, routerPath } from './params.ts';
import { queryReader, refuseQuery } from './query.ts';
import { readBack } from './read-back.ts';
import { contextOf, goneSignal, type Writable } from './request-context.ts';
import { type EncodedAnswer, type Memory, wholeOnly } from './response-cache.ts';
import { answerEncoder, isRaw, sendJson, sendRaw } from './send-answer.ts';
import { isInBody, touch } from './touch/touch.ts';
import { callerOf, demandRoomToWrite, noteCaller } from './unread.ts';

/** Milliseconds for which rights count as current. */
const MOMENT = 1_000;

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

interface Underway extends Attempt {
  turn: Turn;
}

/** One request on its way from step to step. */
interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly context: Writable<RequestContext>;
  readonly attempt: Underway;
  readonly input: Record<string, unknown>;
}

function handler(ctx: Context, route: Route, verb: AnyVerb, { memory, ownTurns = false }: How) {
  const readQuery = queryReader(route.query);
  const readParams = pathParams(route);
  const encode = answerEncoder(ctx, route);
  const view = viewOf(route);
  const cache = memory && wholeOnly(memory, view);
  const entries = Object.entries(route.touches);
  const namedInHead = Object.fromEntries(entries.filter(([, declared]) => !isInBody(declared)));
  const namedInBody = Object.fromEntries(entries.filter(([, declared]) => isInBody(declared)));
  const demandVisible = typeof route.body === 'object' ? newNamesIn(route.body) : undefined;
  const isCostly = route.cost === 'variable';
  const run = isCostly && !ownTurns ? inTurn(verb) : verb;
  const recordRead = ctx.settings.auditReads && isReadOnRecord(route) ? recordReads() : undefined;

  async function serve(request: FastifyRequest, reply: FastifyReply, attempt: Underway) {
    const exchange = await begin(request, reply, attempt);
    readHead(exchange);
    await authorize(exchange, namedInHead);
    const cached = cachedAnswer(exchange);
    if (cached !== undefined) return sendJson(reply.code(200), cached);
    await readContent(exchange);
    if (hasWaited(exchange)) await demandStillAllowed(exchange);
    await authorize(exchange, namedInBody);
    prepare(exchange);
    const answer = await runVerb(exchange);
    await recordRead?.(exchange.context, attempt, exchange.input['params'] as object, answer);
    return send(exchange, answer);
  }

  /** Authenticates the caller, and creates the context of the request. */
  async function begin(request: FastifyRequest, reply: FastifyReply, attempt: Underway): Promise<Exchange> {
    const actor = route.public ? localActor : await admitted(ctx, request, reply);
    const stillAllowed = () => demandStillAllowed(exchange);
    const context = contextOf({ ctx, request, reply, route, actor, demandStillAllowed: stillAllowed });
    attempt.by = context;
    if (!route.public) attempt.turn = await ctx.turns.begin(actor.name, () => context.signal);
    const exchange: Exchange = { request, reply, context, attempt, input: {} };
    return exchange;
  }

  function readHead({ request, input }: Exchange): void {
    input['params'] = readParams(request.params as Record<string, string>);
    input['query'] = queryOf(request);
    input['headers'] = request.headers;
  }

  function queryOf({ url }: FastifyRequest): unknown {
    const search = url.indexOf('?');
    const raw = readQuery(search < 0 ? '' : url.slice(search + 1));
    return route.query ? validate(route.query, raw, 'query') : refuseQuery(raw);
  }

  /** Locates the objects of some touches, and demands the permission on each. */
  async function authorize(exchange: Exchange, touches: Route['touches']): Promise<void> {
    const { context, attempt, input } = exchange;
    if (Object.keys(touches).length > 0)
      await withFreshRights(exchange, () => touch(context, touches, { input, touched: attempt.touched }));
  }

  /** Returns the cached answer, if the object has not changed since. */
  function cachedAnswer({ context, attempt }: Exchange): EncodedAnswer | undefined {
    return cache?.find(route.id, subjectOf(route, attempt.touched) as Located, context.actor);
  }

  async function readContent({ request, context, attempt: { turn }, input }: Exchange): Promise<void> {
    if (route.headers) validate(route.headers, request.headers, 'header');
    // Costly requests take turns of their own, and a body may take long to arrive.
    const isRestFree = isCostly || route.body === 'bytes';
    if (isRestFree || hasBody(request)) turn.pause();
    input['body'] = await readBody(route, request, { settings: ctx.settings, caller: context.actor.name });
    if (!isRestFree) await turn.resume(isLarge(request));
    demandVisible?.(input['body']);
  }

  /** Whether rights may have changed since the request began: its body had to arrive, or it waited for its turn. */
  const hasWaited = ({ request, context }: Exchange): boolean =>
    hasBody(request) || ctx.now().getTime() - context.now().getTime() > MOMENT;

  /**
   * Identifies the caller again. If the caller's rights have changed, authorizes what the head names again. Judges
   * expiry by the start of the request, so that a long upload outlives a short token.
   */
  async function demandStillAllowed(exchange: Exchange): Promise<void> {
    if (route.public) return;
    const { request, context } = exchange;
    const { authentication, address } = context;
    const actor = await authentication.identify(context, request.headers.authorization, address);
    // The cache returns the same object until rights change.
    if (actor === context.actor) return;
    context.actor = actor;
    await authorize(exchange, namedInHead);
  }

  /** Gives the verb what it needs beside the request: the touched objects, the idempotency key, room for the answer. */
  function prepare({ request, context, attempt, input }: Exchange): void {
    input['touched'] = singles(route, attempt.touched);
    const idempotency = idempotencyOf({ ctx: context, route, request, body: input['body'] });
    if (idempotency) context.idempotency = idempotency;
    demandRoomToWrite(ctx, request, route);
    const { namespace } = subjectOf(route, attempt.touched) ?? {};
    context.about = namespace ? [namespace] : [];
  }

  async function runVerb(exchange: Exchange): Promise<Answered> {
    const { reply, context, input } = exchange;
    const work = () => run(context, input);
    // An uploaded file is a stream, which cannot be read again.
    const result = await (route.body === 'bytes' ? work() : withFreshRights(exchange, work)).finally(
      () => isCostly && ctx.rateLimits.tellCost(ctx, reply, context.actor),
    );
    return 'object' in result ? readBack(context, result) : result;
  }

  async function send(exchange: Exchange, answer: Answered): Promise<FastifyReply> {
    const { reply, context, attempt } = exchange;
    if (answer.body === undefined || answer.stream || isRaw(answer.body)) return sendRaw(reply, answer);
    const body = visibleBody(exchange, answer);
    const encoded = { body: await encode({ ...answer, body }), etag: answer.etag };
    const shown = subjectOf(route, attempt.touched) as Located;
    cache?.keep(route.id, shown, { actor: context.actor, ...encoded, crossNamespace: answer.crossNamespace });
    return sendJson(reply.code(answer.status).headers(answer.headers ?? {}), encoded);
  }

  /** Returns the body of an answer without the fields that the caller may not see. */
  function visibleBody(
    { context: { actor }, attempt, input }: Exchange,
    { status, body }: Answered,
  ): unknown {
    const namespace = subjectOf(route, attempt.touched)?.namespace ?? '';
    const { echoes } = route;
    const isWhole = echoes === undefined || decideAccess(actor, echoes, namespace) === 'allowed';
    return isWhole ? view.show({ actor, status, body, namespace }) : echoOf(input['body'], body);
  }

  return async (request: FastifyRequest, reply: FastifyReply) => {
    const attempt: Underway = { route, touched: {}, turn: freeTurn };
    try {
      return await serve(request, reply, attempt);
    } catch (error) {
      await recordDenial({ ctx, request, attempt, error });
      attempt.turn.end();
      if (error instanceof HttpProblem && error.status === 429)
        await ctx.turns.beforeRefusal(callerOf(request), goneSignal(reply));
      throw error;
    } finally {
      attempt.turn.end();
    }
  };
}

/** Runs a verb in the turn of its caller. */
const inTurn =
  (verb: AnyVerb): AnyVerb =>
  (ctx, input) =>
    ctx.costs.run(ctx, (leased) => verb(leased, input));

/** Authenticates the caller and counts the request. */
async function admitted(ctx: Context, request: FastifyRequest, reply: FastifyReply): Promise<Actor> {
  ctx.rateLimits.byAddress(ctx, reply, request.ip);
  const actor = await ctx.authentication.identify(ctx, request.headers.authorization, request.ip);
  noteCaller(request, actor.name);
  ctx.rateLimits.byIdentity(ctx, reply, actor);
  return actor;
}

/**
 * Runs `work`. If cached rights deny it or could hide its object, reloads the caller's rights and runs it once more.
 * Denied work has changed nothing.
 */
async function withFreshRights<T>({ request, context }: Exchange, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HttpProblem && (error.refusal || error.couldHide))) throw error;
    const { authentication, address } = context;
    context.actor = await authentication.identify(context, request.headers.authorization, address, 'anew');
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

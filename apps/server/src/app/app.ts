import { randomUUID } from 'node:crypto';
import { type Route, routeList } from '@modelbox/schema';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { leaveBodies } from '../http/bodies.ts';
import { ClosingResponse, isOver, watchConnections } from '../http/guards/connections.ts';
import { serveInTurn } from '../http/in-turn.ts';
import { mount } from '../http/mount.ts';
import { observe } from '../http/observe.ts';
import { routerPath } from '../http/params.ts';
import { containsSecret } from '../http/redact.ts';
import { admit, answerError, answerNoRequest, routerErrors } from '../http/refusals.ts';
import { createMemory } from '../http/response-cache.ts';
import { boundAnswers } from '../http/unread.ts';
import type { Context } from '../protocol/context.ts';
import { deferContinue, discardRest } from '../protocol/http/flow.ts';
import { HttpProblem } from '../protocol/problem.ts';
import type { Serve } from '../protocol/verb.ts';
import { resourceRoutes } from './resources.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    route?: Route;
  }
}

/** A percent-encoded reference is the longest path parameter. */
const MAX_PARAM_LENGTH = 4096;

const MOST_HEADERS = 200;

const HTTP_OPTIONS = {
  // A slow client must send the headers within 30 s. A body has no time limit: a large model may take hours.
  headersTimeout: 30_000,
  requestTimeout: 0,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 72_000,
  maxHeaderSize: 16_384,
  // `demandSoundHeaders` refuses a missing Host. Node's own answer would not be a problem document.
  requireHostHeader: false,
  ServerResponse: ClosingResponse,
};

export function createApp(ctx: Context): FastifyInstance {
  const app = Fastify({
    loggerInstance: ctx.log as FastifyBaseLogger,
    // `observe` writes one log line for each request instead.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: ctx.settings.bodyLimit,
    trustProxy: ctx.settings.trustProxy.length > 0 ? [...ctx.settings.trustProxy] : false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH, ignoreTrailingSlash: false },
    requestIdHeader: false,
    genReqId: (request) => {
      const given = request.headers['x-request-id'];
      const isSound = typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) && !containsSecret(given);
      return isSound ? given : randomUUID();
    },
    http: HTTP_OPTIONS,
    forceCloseConnections: 'idle',
    // Open connections still get answers while the server stops. Each of these answers closes its connection.
    return503OnClosing: false,
    handlerTimeout: 0,
    frameworkErrors: routerErrors(ctx),
    clientErrorHandler: answerNoRequest,
  });
  app.server.maxHeadersCount = MOST_HEADERS;
  app.server.maxConnections = ctx.settings.maxConnections;
  watchConnections(app.server);
  deferContinue(app.server);
  leaveBodies(app);
  boundAnswers(app, ctx);
  app.addHook('onRequest', (request, reply, done) => {
    // The client would not receive the answer, so the request must not change anything.
    if (isOver(request.raw.socket)) return;
    admit(ctx, request, reply);
    done();
  });
  serveInTurn(app);
  app.addHook('onResponse', (request, reply, done) => {
    observe(ctx, request, reply, request.routeOptions.config.route?.id ?? 'none');
    discardRest(request.raw);
    done();
  });
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request) => {
    throw new HttpProblem(
      'no_such_route',
      `There is no ${request.method} ${request.url.split('?')[0]}; see /docs.`,
    );
  });
  const memory = createMemory();
  const serve: Serve = (id, verb, how) =>
    mount(app, ctx, id, verb, how === 'cached' ? { memory } : { ownTurns: how === 'own-turns' });
  for (const routes of resourceRoutes) routes(serve, ctx);
  for (const route of routeList) {
    if (!app.hasRoute({ method: route.method, url: routerPath(route) }))
      throw new Error(`${route.id} is in the contract and not served`);
  }
  return app;
}

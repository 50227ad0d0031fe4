import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { mount } from '../http/mount.ts';
import { docsAsset, docsPage, openApi } from './docs.ts';
import { health, readiness } from './health.ts';

export function systemRoutes(app: FastifyInstance, ctx: Context): void {
  mount(app, ctx, 'system.health', health);
  mount(app, ctx, 'system.ready', readiness(ctx));
  mount(app, ctx, 'system.metrics', async (request, { headers }) => {
    const { settings, telemetry } = request;
    // Public by the contract, since Prometheus may have to do without: here it is for who has a token.
    if (!settings.metricsOpen)
      await ctx.authentication.identify(ctx, headers['authorization'], request.address);
    return {
      status: 200,
      headers: { 'content-type': telemetry.registry.contentType },
      body: await telemetry.registry.metrics(),
    };
  });
  mount(app, ctx, 'system.openapi', openApi);
  mount(app, ctx, 'system.docs', docsPage);
  mount(app, ctx, 'system.docsAsset', docsAsset);
}

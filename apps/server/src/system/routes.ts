import type { Context } from '../protocol/context.ts';
import type { Serve } from '../protocol/verb.ts';
import { docsAsset, docsPage, openApi } from './docs.ts';
import { health, readiness } from './health.ts';

export function systemRoutes(serve: Serve, ctx: Context): void {
  serve('system.health', health);
  serve('system.ready', readiness(ctx));
  serve('system.metrics', async (request, { headers }) => {
    const { settings, telemetry } = request;
    // The contract declares this route public, because `MODELBOX_METRICS_OPEN` may allow scrapes without a token.
    // Otherwise any valid token is enough.
    if (!settings.metricsOpen)
      await ctx.authentication.identify(ctx, headers['authorization'], request.address);
    return {
      status: 200,
      headers: { 'content-type': telemetry.registry.contentType },
      body: await telemetry.registry.metrics(),
    };
  });
  serve('system.openapi', openApi);
  serve('system.docs', docsPage);
  serve('system.docsAsset', docsAsset);
}

import { ClockDoubted, decideModel, modelsDue, putOff, takeFacts } from '../policies/engine/work.ts';
import type { Context } from '../protocol/context.ts';
import { type Loop, startLoop } from '../runtime/loop.ts';

/** Milliseconds between polls, for changes that other servers committed and for timers. */
const INTERVAL = 250;
const MODELS = 50;

/** Makes due policy decisions. Every server runs this worker; only one server at a time decides for a model. */
export const startPolicies = (ctx: Context): Loop =>
  startLoop('policies', INTERVAL, ctx.log, (stopping) => decideDue(ctx, stopping), ctx.wakeups.sequenced);

export async function decideDue(ctx: Context, stopping?: AbortSignal): Promise<void> {
  const failed = new Set<string>();
  for (let isMore = true; isMore && !stopping?.aborted; ) {
    isMore = await takeFacts(ctx);
    for (const modelId of await modelsDue(ctx, MODELS)) {
      if (stopping?.aborted) return;
      if (failed.has(modelId)) continue;
      try {
        isMore = (await decideModel(ctx, modelId)) || isMore;
      } catch (error) {
        failed.add(modelId);
        await retryLater(ctx, modelId, error);
      }
    }
  }
}

/** Puts off the work of a model that failed, so that it does not delay the other models. */
async function retryLater(ctx: Context, modelId: string, error: unknown): Promise<void> {
  await putOff(ctx, modelId).catch(() => {});
  if (error instanceof ClockDoubted) ctx.log.debug({ model: modelId }, error.message);
  else ctx.log.error({ err: error, model: modelId }, 'the policy decisions for a model failed');
}

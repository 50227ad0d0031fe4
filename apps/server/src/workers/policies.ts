import { ClockDoubted, decideModel, modelsDue, putOff, takeFacts } from '../policies/engine/work.ts';
import type { Context } from '../protocol/context.ts';
import { type Loop, startLoop } from '../runtime/loop.ts';

/** Milliseconds between looks without a wakeup: what another server committed, and times that have come. */
const INTERVAL = 250;
/** Models looked at in one go. */
const MODELS = 50;

/** Takes the decisions that facts and times make due. Any server may: a model's are taken one at a time over all. */
export const startPolicies = (ctx: Context): Loop =>
  startLoop('policies', INTERVAL, ctx.log, (stopping) => decideDue(ctx, stopping), ctx.wakeups.sequenced);

/** Decides all that is due now. */
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
        // Its work stays, and is tried again later: one model must not keep the others waiting.
        failed.add(modelId);
        await putOff(ctx, modelId).catch(() => {});
        if (error instanceof ClockDoubted) ctx.log.debug({ model: modelId }, error.message);
        else ctx.log.error({ err: error, model: modelId }, 'the policy decisions for a model failed');
      }
    }
  }
}

import { createBacktest, type LabelRule, MOST_CHAMPIONS, type Steps } from '@modelbox/domain';
import type { Backtest } from '@modelbox/schema';
import { Few } from '../../core/lists/few.ts';
import type { Pace, RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import { HttpProblem, invalid, invalidField } from '../../protocol/problem.ts';
import type { Verb } from '../../protocol/verb.ts';
import { policyFaults } from '../documents/check.ts';
import { replayVersions, wantedBy } from '../engine/history-facts.ts';
import { filterOf } from '../engine/session.ts';
import { readOnly } from '../engine/snapshot.ts';

/** Computes how a labelling rule would have moved its alias over the history of a model. */
export const backtestPolicy: Verb<'models.policy.backtest'> = (
  ctx,
  { body, touched: { model, labelled, notWorse } },
) =>
  readOnly(ctx, model.id, async (session) => {
    if (session === undefined) throw new HttpProblem('not_found', `The model ${model.name} is deleted.`);
    const rule: LabelRule = body.rule ?? named(session.policy.document.label ?? [], body.name);
    if (body.rule !== undefined) {
      const mention = body.rule.dataset ?? '';
      demandOne(ctx, model, body.rule, { notWorse, labelled: labelled && { ...labelled, mention } });
    }
    if (rule.alias === undefined) {
      throw invalidField(
        'body',
        body.rule ? '/rule/tag' : '/name',
        'must be a rule for an alias: a backtest of a tag is not possible',
      );
    }
    const evaluate = (session.policy.document.evaluate ?? []).map(({ dataset }) => dataset);
    const filter = filterOf(rule.filter);
    const test = createBacktest(rule, filter, evaluate);
    const wanted = wantedBy(rule, filter, evaluate);
    const { versions, facts } = await replayVersions(session, wanted, (state, at) =>
      inSteps(ctx.pace, test.tell(state, at)),
    );
    await inSteps(ctx.pace, test.end(ctx.now()));
    const champions = lastFitting(test.champions, ctx.settings.pageBytes);
    const answer: Backtest = {
      champions,
      versions,
      facts,
      truncated: test.count > champions.length,
    };
    return { status: 200, body: answer };
  });

/** Returns the last champions that fit into `bytes`, the newest last. */
function lastFitting(
  champions: ReturnType<typeof createBacktest>['champions'],
  bytes: number,
): Backtest['champions'] {
  const last = new Few<Backtest['champions'][number]>(MOST_CHAMPIONS, bytes);
  for (const champion of champions.slice(-MOST_CHAMPIONS).reverse())
    last.add({ ...champion, at: champion.at.toISOString() });
  return last.items.reverse();
}

async function inSteps(pace: Pace, steps: Steps): Promise<void> {
  const all = steps[Symbol.iterator]();
  do {
    const rest = pace.breathe();
    if (rest) await rest;
  } while (!all.next().done);
}

function named(rules: readonly LabelRule[], name: string | undefined): LabelRule {
  const rule = rules.find((each) => each.name === name);
  if (rule !== undefined) return rule;
  const names = rules.map((each) => each.name).join(', ') || 'none';
  throw name === undefined
    ? invalidField('body', '', 'must have "rule", or "name" with the name of a labelling rule of the policy')
    : invalidField('body', '/name', `must name a labelling rule of the policy: ${names}`);
}

function demandOne(
  ctx: RequestContext,
  model: Located,
  rule: LabelRule,
  datasets: Parameters<typeof policyFaults>[3],
): void {
  const faults = policyFaults(ctx, model, { label: [rule] }, datasets);
  if (faults.length === 0) return;
  throw invalid(
    faults.map((fault) => ({ in: 'body', ...fault, pointer: fault.pointer.replace(/^\/label\/0/, '/rule') })),
  );
}

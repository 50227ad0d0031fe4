import type { ClauseVerdict, LabelRule } from '@modelbox/domain';
import type { Decision, Explanation } from '@modelbox/schema';
import { HttpProblem } from '../../protocol/problem.ts';
import type { Verb } from '../../protocol/verb.ts';
import { judgeNow } from '../engine/judge-now.ts';
import type { Judged } from '../engine/label.ts';
import { lastDecision } from './list-decisions.ts';

/** Explains by the current rule and facts why a version has, or does not have, an alias. */
export const explainAlias: Verb<'models.aliases.explain'> = async (
  ctx,
  { params, touched: { model, version } },
) => {
  if (version.parentId !== model.id)
    throw new HttpProblem('not_found', `${version.name} is not a version of this model.`);
  const { rule, judged, holder, suspended } = await judgeNow(ctx, model, params.alias, version.id);
  const isHolder = holder?.id === version.id;
  const base = {
    alias: params.alias,
    rule: rule?.name ?? null,
    version: version.name,
    versionId: version.id,
    holder: holder?.version ?? null,
    isHolder,
  };
  if (rule === undefined || judged === undefined) {
    const who = holder === undefined ? 'no version holds it' : `${holder.version} holds it`;
    const answer = `No rule moves ${params.alias}: people move it by hand, and ${who}.`;
    const body: Explanation = {
      ...base,
      outcome: isHolder ? 'holds' : 'no',
      answer,
      clauses: [],
      inputs: {},
      lastDecision: null,
    };
    return { status: 200, body };
  }
  const { verdict, inputs } = judged;
  const outcome = isHolder ? 'holds' : outcomeForOther(judged, suspended);
  const answer = isHolder
    ? `${version.name} holds ${params.alias}.`
    : verdict.passes
      ? `${version.name} meets the rule ${rule.name}: ${whatFollows(rule, suspended)}`
      : notHolder(version.name, params.alias, verdict.clauses);
  const body: Explanation = {
    ...base,
    outcome,
    answer,
    clauses: [...verdict.clauses],
    inputs: { ...inputs },
    lastDecision: await lastDecision(ctx, version.id, rule.name),
  };
  return { status: 200, body };
};

/** Returns the outcome for a version that is not the holder. */
function outcomeForOther(
  { rule, verdict, isWaiting }: Judged,
  suspended: string | undefined,
): Decision['outcome'] {
  if (!verdict.passes) return isWaiting ? 'suspended' : 'no';
  if (suspended !== undefined) return 'suspended';
  return rule.mode === 'propose' ? 'proposed' : 'moved';
}

function whatFollows({ mode }: LabelRule, suspended: string | undefined): string {
  if (suspended !== undefined) return `but the rule is suspended. ${suspended}`;
  return mode === 'propose' ? 'it waits for a person to approve it.' : 'it is about to become the holder.';
}

function notHolder(version: string, alias: string, clauses: readonly ClauseVerdict[]): string {
  const why = clauses.filter(({ holds }) => !holds).map(({ words }) => words);
  return `${version} is not ${alias}: ${why.join('; ')}.`;
}

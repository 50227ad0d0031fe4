import {
  type PromoteRule,
  type PromotionQuestion,
  type promotedName,
  promotionWords,
  type Verdict,
} from '@modelbox/domain';
import type { Located } from '../../protocol/located.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import { promoteInto } from '../../resources/checkpoints/promote.ts';
import type { NewDecision } from './decisions.ts';
import type { Session } from './session.ts';

export interface Promoting {
  readonly rule: PromoteRule;
  readonly question: PromotionQuestion;
  readonly verdict: Verdict;
  readonly experiment: { readonly id: string; readonly name: string };
  readonly name: ReturnType<typeof promotedName>;
}

/** Promotes the checkpoint if the rule passes it, and stores the decision. */
export async function actOnPromotion(session: Session, promoting: Promoting): Promise<void> {
  const { verdict, name } = promoting;
  // The checkpoint was promoted before, so there is nothing to decide.
  if (verdict.clauses.some(({ clause }) => clause === 'new')) return;
  const store = (outcome: NewDecision['outcome'], words: string) =>
    session.store([decisionOf(session, promoting, outcome, words)]);
  if (!verdict.passes) {
    await store('no', wordsOf(promoting));
    return;
  }
  const refusal = name.ok ? await tryPromote(session, promoting, name.name) : nameFault(name.message);
  if (refusal === undefined) await store('promoted', wordsOf(promoting));
  else await store('refused', wordsOf(promoting, refusal));
}

/** Returns the reason why the name from the template is invalid. */
export const nameFault = (message: string): string => `its name ${message}`;

/**
 * Returns a sentence such as `The checkpoint of run-7 at epoch 3 qualifies as the version v3: …`.
 * @param refusal the reason why the version could not be created.
 */
export function wordsOf({ question, verdict, name, experiment }: Promoting, refusal?: string): string {
  const { epoch, step } = question.candidate;
  const position = [epoch === null ? '' : `epoch ${epoch}`, step === null ? '' : `step ${step}`]
    .filter(Boolean)
    .join(', ');
  const checkpoint = `The checkpoint of ${experiment.name} at ${position}`;
  return promotionWords(checkpoint, name.ok ? name.name : null, verdict, refusal);
}

/** Promotes within a savepoint. Returns the reason if the version could not be created. */
async function tryPromote(
  session: Session,
  promoting: Promoting,
  version: string,
): Promise<string | undefined> {
  const { tx, ctx, model } = session;
  const { question, experiment } = promoting;
  const target: Located = {
    kind: 'model',
    ...model,
    parentId: model.namespaceId,
    deletedAt: null,
    cacheTag: null,
  };
  await tx.$executeRaw`SAVEPOINT promotion`;
  try {
    const checkpoint = { id: question.candidate.id, parentId: experiment.id };
    await promoteInto(tx, ctx, checkpoint, target, { version, datasetMentions: [] });
    await tx.$executeRaw`RELEASE SAVEPOINT promotion`;
    return undefined;
  } catch (error) {
    // Errors that a caller would get too, such as a taken name or an exceeded quota, are refusals.
    if (!(error instanceof HttpProblem)) throw error;
    await tx.$executeRaw`ROLLBACK TO SAVEPOINT promotion`;
    return error.message;
  }
}

const decisionOf = (
  session: Session,
  { rule, question, verdict, name, experiment }: Promoting,
  outcome: NewDecision['outcome'],
  words: string,
): NewDecision => ({
  kind: 'promote',
  rule: rule.name ?? null,
  modelId: session.model.id,
  namespaceId: null,
  subject: {
    kind: 'checkpoint',
    id: question.candidate.id,
    name: `${experiment.name} epoch ${question.candidate.epoch ?? '-'} step ${question.candidate.step ?? '-'}`,
  },
  outcome,
  words,
  clauses: verdict.clauses,
  inputs: { version: name.ok ? name.name : null, experiment: experiment.name },
  cause: session.cause,
  policy: session.policy.sources.promote ?? null,
  at: session.ctx.now(),
});

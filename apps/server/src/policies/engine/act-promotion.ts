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

/** The verdict of a promotion rule about a checkpoint. */
export interface Promoting {
  readonly rule: PromoteRule;
  readonly question: PromotionQuestion;
  readonly verdict: Verdict;
  readonly experiment: { readonly id: string; readonly name: string };
  readonly name: ReturnType<typeof promotedName>;
}

/** Promotes the checkpoint that a rule chose, and stores why; or why not. */
export async function actOnPromotion(session: Session, promoting: Promoting): Promise<void> {
  const { verdict, name } = promoting;
  // Promoted before: nothing is to be decided any more.
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

/** Why the name that the template gives is none. */
export const nameFault = (message: string): string => `its name ${message}`;

/**
 * `The checkpoint of run-7 at epoch 3 is to be the version v3: …`
 * @param refusal why the version could not be made.
 */
export function wordsOf({ question, verdict, name, experiment }: Promoting, refusal?: string): string {
  const { epoch, step } = question.candidate;
  const position = [epoch === null ? '' : `epoch ${epoch}`, step === null ? '' : `step ${step}`]
    .filter(Boolean)
    .join(', ');
  const checkpoint = `The checkpoint of ${experiment.name} at ${position}`;
  return promotionWords(checkpoint, name.ok ? name.name : null, verdict, refusal);
}

/** Undefined if the version was made; otherwise why it could not be. */
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
    // What a person would be told too: the name is taken, a quota is used up.
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

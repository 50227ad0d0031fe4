import {
  decisionWords,
  type LabelRule,
  labelVerdict,
  measuredValue,
  type Verdict,
  type VersionFacts,
  valueJson,
  withClause,
} from '@modelbox/domain';
import { type LockedAlias, lockAlias } from '../../resources/aliases/move.ts';
import { bestOther } from './candidates.ts';
import { versionFacts } from './facts.ts';
import { evaluateOf, filterOf, protectedRuleOf, type ReadSession, type Session, trustOf } from './session.ts';
import { whyUndone } from './undone.ts';
import { untrustedClause } from './untrusted.ts';

export interface Judged {
  readonly rule: LabelRule;
  readonly candidate: VersionFacts;
  readonly holder: VersionFacts | null;
  readonly verdict: Verdict;
  readonly inputs: object;
  /** Whether only the missing consent of an admin keeps the rule from acting. */
  readonly isWaiting: boolean;
}

const labelOf = ({ alias, tag }: LabelRule): string => alias ?? `'${tag}'`;

type LabelOutcome = Parameters<typeof decisionWords>[2];

export const outcomeWords = (judged: Judged, outcome: LabelOutcome): string => {
  const { candidate, rule, verdict } = judged;
  return decisionWords(candidate.version, labelOf(rule), outcome, verdict, isHolder(judged));
};

export const isHolder = ({ holder, candidate, rule }: Judged): boolean =>
  rule.alias === undefined
    ? (candidate.object.tags ?? []).includes(rule.tag ?? '')
    : holder?.id === candidate.id;

/** Locks the alias of the rule, so that nobody moves it during the decision, and returns its holder. */
export const lockHolder = (session: Session, rule: LabelRule): Promise<LockedAlias | undefined> =>
  rule.alias === undefined ? Promise.resolve(undefined) : lockAlias(session.tx, session.model.id, rule.alias);

/** Locks versions until the decision is stored, in order of id like every lock of several rows. */
export async function lockVersions({ sql }: Session, ids: readonly string[]): Promise<void> {
  await sql('SELECT id FROM versions WHERE id = ANY ($1::uuid[]) ORDER BY id FOR SHARE', [ids]);
}

/**
 * Evaluates a rule for a version with the current facts. Undefined if the version is gone.
 * @param holderId of the alias of the rule.
 */
export async function judge(
  session: ReadSession,
  rule: LabelRule,
  candidateId: string,
  holderId: string | null,
): Promise<Judged | undefined> {
  const { sql, model, policy } = session;
  const bestId = rule.than === 'any' ? await bestOther(session, rule, candidateId) : null;
  const facts = await versionFacts(
    sql,
    [candidateId, holderId, bestId].filter((id) => id !== null),
    trustOf(session, rule),
  );
  const candidate = facts.get(candidateId);
  if (candidate === undefined) return undefined;
  const holder = (holderId && facts.get(holderId)) || null;
  const source = policy.sources.label;
  const undone =
    holder?.id === candidate.id
      ? null
      : await whyUndone(sql, {
          modelId: model.id,
          versionId: candidateId,
          rule: rule.name,
          alias: rule.alias,
          tag: rule.tag,
          owners: source ? [source.id] : [],
        });
  const protectedRule = protectedRuleOf(session, rule);
  const counted = labelVerdict({
    rule,
    filter: filterOf(rule.filter),
    candidate,
    holder,
    best: (bestId && facts.get(bestId)) || null,
    evaluate: evaluateOf(session, rule),
    undone,
    now: session.ctx.now(),
  });
  const clause = await untrustedClause(session, rule, candidate);
  const found = clause === undefined ? counted : withClause(counted, clause);
  const isWaiting = found.passes && holder?.id !== candidate.id && protectedRule?.waits !== undefined;
  const verdict = isWaiting
    ? withClause(found, { clause: 'consent', passes: false, words: protectedRule.waits })
    : found;
  const inputs = {
    holder: holder && {
      id: holder.id,
      version: holder.version,
      value: valueJson(measuredValue(holder.object, rule)),
    },
    value: valueJson(measuredValue(candidate.object, rule)),
    coverage: candidate.coverage,
  };
  return { rule, candidate, holder, verdict, inputs, isWaiting };
}

export const decisionOf = (session: Session, judged: Judged, outcome: LabelOutcome) => ({
  kind: 'label' as const,
  rule: judged.rule.name,
  modelId: session.model.id,
  namespaceId: null,
  subject: { kind: 'version' as const, id: judged.candidate.id, name: judged.candidate.version },
  outcome,
  words: outcomeWords(judged, outcome),
  clauses: judged.verdict.clauses,
  inputs: judged.inputs,
  cause: session.cause,
  policy: session.policy.sources.label ?? null,
  at: session.ctx.now(),
});

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

/** What a labelling rule says about a version, and by what. */
export interface Judged {
  readonly rule: LabelRule;
  readonly candidate: VersionFacts;
  readonly holder: VersionFacts | null;
  readonly verdict: Verdict;
  readonly inputs: object;
  /** Whether the rule would act, if an admin of each protection of its alias had allowed it. */
  readonly isWaiting: boolean;
}

/** What the rule gives. */
const labelOf = ({ alias, tag }: LabelRule): string => alias ?? `'${tag}'`;

type LabelOutcome = Parameters<typeof decisionWords>[2];

/** Words the outcome of a judgement in plain English. */
export const outcomeWords = (judged: Judged, outcome: LabelOutcome): string => {
  const { candidate, rule, verdict } = judged;
  return decisionWords(candidate.version, labelOf(rule), outcome, verdict, isHolder(judged));
};

export const isHolder = ({ holder, candidate, rule }: Judged): boolean =>
  rule.alias === undefined
    ? (candidate.object.tags ?? []).includes(rule.tag ?? '')
    : holder?.id === candidate.id;

/** The present holder of the rule's alias. It is locked, so that nobody moves it while a decision is taken. */
export const lockHolder = (session: Session, rule: LabelRule): Promise<LockedAlias | undefined> =>
  rule.alias === undefined ? Promise.resolve(undefined) : lockAlias(session.tx, session.model.id, rule.alias);

/** Keeps versions from changing until the decision is stored: in order of id, as all who lock several do. */
export async function lockVersions({ sql }: Session, ids: readonly string[]): Promise<void> {
  await sql('SELECT id FROM versions WHERE id = ANY ($1::uuid[]) ORDER BY id FOR SHARE', [ids]);
}

/**
 * Asks a rule about a version, by the facts as they are. Undefined where the version is gone.
 * @param holderId of the rule's alias.
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

/** A judgement as it is stored. */
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

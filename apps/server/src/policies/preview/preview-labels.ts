import type { LabelRule } from '@modelbox/domain';
import type { PolicyPreview } from '@modelbox/schema';
import type { Few } from '../../core/lists/few.ts';
import { candidates } from '../engine/candidates.ts';
import { versionFacts } from '../engine/facts.ts';
import { holderOf } from '../engine/judge-now.ts';
import { isHolder, type Judged, judge, outcomeWords } from '../engine/label.ts';
import { type ReadSession, trustOf } from '../engine/session.ts';

type Preview = PolicyPreview['label'];

/** Adds the labels that the rules would set now to `shown`, until it is full. */
export async function previewLabels(session: ReadSession, shown: Few<Preview[number]>): Promise<void> {
  if (session.suspended.label !== undefined) return;
  for (const rule of session.policy.document.label ?? []) {
    if (shown.isTruncated) return;
    if (rule.alias === undefined) await addTagged(session, rule, shown);
    else for (const item of await moved(session, rule, rule.alias)) shown.add(item);
  }
}

async function moved(session: ReadSession, rule: LabelRule, alias: string): Promise<Preview> {
  const present = await holderOf(session, alias);
  let last: Judged | undefined;
  // Repeats like the worker, until the rule prefers no other version.
  for (let isMore = true; isMore; ) {
    isMore = false;
    const holderId: string | null = last?.candidate.id ?? present?.id ?? null;
    const facts =
      holderId && (await versionFacts(session.sql, [holderId], trustOf(session, rule))).get(holderId);
    for await (const versionId of candidates(session, rule, facts || null)) {
      const judged = await judge(session, rule, versionId, holderId);
      if (!judged?.verdict.passes && !judged?.isWaiting) continue;
      last = judged;
      isMore = rule.mode !== 'propose' && !judged.isWaiting;
      break;
    }
  }
  return last ? [wire(last, present?.version ?? null)] : [];
}

async function addTagged(session: ReadSession, rule: LabelRule, shown: Few<Preview[number]>): Promise<void> {
  for await (const versionId of candidates(session, rule, null)) {
    if (shown.isTruncated) return;
    const judged = await judge(session, rule, versionId, null);
    if (judged?.verdict.passes && !isHolder(judged)) shown.add(wire(judged, null));
  }
}

function wire(judged: Judged, holder: string | null): Preview[number] {
  const { rule, candidate, verdict } = judged;
  const done = rule.mode === 'propose' ? 'proposed' : rule.alias === undefined ? 'tagged' : 'moved';
  const outcome = judged.isWaiting ? 'suspended' : done;
  return {
    rule: rule.name,
    version: candidate.version,
    versionId: candidate.id,
    outcome,
    holder,
    words: outcomeWords(judged, outcome),
    clauses: [...verdict.clauses],
  };
}

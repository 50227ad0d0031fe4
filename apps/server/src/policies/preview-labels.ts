import type { LabelRule } from '@modelbox/domain';
import type { PolicyPreview } from '@modelbox/schema';
import { Few } from '../lists/few.ts';
import { candidates } from './candidates.ts';
import { versionFacts } from './facts.ts';
import { holderOf } from './judge-now.ts';
import { isHolder, type Judged, judge, outcomeWords } from './label.ts';
import { type Session, trustOf } from './session.ts';

type Preview = PolicyPreview['label'];

/** Which labels the rules would give now. */
export async function previewLabels(session: Session, limit: number, bytes: number): Promise<Preview> {
  const shown = new Few<Preview[number]>(limit, bytes);
  if (session.suspended.label !== undefined) return [];
  for (const rule of session.policy.document.label ?? []) {
    const found =
      rule.alias === undefined
        ? await tagged(session, rule, limit, bytes)
        : await moved(session, rule, rule.alias);
    for (const item of found) shown.add(item);
    if (shown.isFull) break;
  }
  return shown.items;
}

async function moved(session: Session, rule: LabelRule, alias: string): Promise<Preview> {
  const present = await holderOf(session, alias);
  let last: Judged | undefined;
  // As the worker does: until nobody is left whom the rule prefers.
  for (let isMore = true; isMore; ) {
    isMore = false;
    const holderId: string | null = last?.candidate.id ?? present?.id ?? null;
    const facts =
      holderId && (await versionFacts(session.sql, [holderId], trustOf(session, rule))).get(holderId);
    for await (const versionId of candidates(session, rule, facts || null)) {
      const judged = await judge(session, rule, versionId, holderId);
      if (!judged?.verdict.holds && !judged?.isWaiting) continue;
      last = judged;
      isMore = rule.mode !== 'propose' && !judged.isWaiting;
      break;
    }
  }
  return last ? [wire(last, present?.version ?? null)] : [];
}

async function tagged(session: Session, rule: LabelRule, limit: number, bytes: number): Promise<Preview> {
  const shown = new Few<Preview[number]>(limit, bytes);
  for await (const versionId of candidates(session, rule, null)) {
    if (shown.isFull) break;
    const judged = await judge(session, rule, versionId, null);
    if (judged?.verdict.holds && !isHolder(judged)) shown.add(wire(judged, null));
  }
  return shown.items;
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

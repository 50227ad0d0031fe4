import type { LabelRule } from '@modelbox/domain';
import { act } from './act.ts';
import { candidates, nextBirthday } from './candidates.ts';
import { versionFacts } from './facts.ts';
import { type Judged, judge, lockHolder, lockVersions } from './label.ts';
import { lookAgain } from './look-again.ts';
import { type Session, trustOf } from './session.ts';

/** Versions that get a tag in one transaction at most. */
const TAGS_AT_ONCE = 200;

/** Asks every labelling rule about a version whose facts have changed. */
export async function decideVersion(session: Session, versionId: string): Promise<void> {
  await lockVersions(session, [versionId]);
  for (const rule of session.policy.document.label ?? []) {
    const holder = await lockHolder(session, rule);
    await decide(session, rule, versionId, holder?.id ?? null);
    // What the holder is measured by has changed, or who is the best of all may have: any version may be better now.
    if (holder?.id === versionId || (rule.than === 'any' && rule.alias !== undefined))
      await reconsider(session, rule);
  }
}

/** Asks every labelling rule anew who of all versions it prefers. False where more is left to be done. */
export async function decideAll(session: Session): Promise<boolean> {
  let isDone = true;
  for (const rule of session.policy.document.label ?? []) {
    if (rule.alias === undefined) isDone = (await tagAll(session, rule)) && isDone;
    else await reconsider(session, rule);
  }
  return isDone;
}

interface Decided {
  readonly judged: Judged;
  /** Whether anything was done. */
  readonly acted: boolean;
}

async function decide(
  session: Session,
  rule: LabelRule,
  versionId: string,
  holderId: string | null,
): Promise<Decided | undefined> {
  if (holderId !== null && holderId !== versionId) await lockVersions(session, [holderId]);
  const judged = await judge(session, rule, versionId, holderId);
  return judged && { judged, acted: await act(session, judged) };
}

/**
 * Gives the alias to whom the rule prefers, until nobody is left that it would put in the holder's place. Each move is to
 * a strictly better value, or a newer version, so that it ends.
 */
async function reconsider(session: Session, rule: LabelRule): Promise<void> {
  for (let moved = true; moved; ) {
    moved = false;
    const holder = await lockHolder(session, rule);
    const facts =
      holder && (await versionFacts(session.sql, [holder.id], trustOf(session, rule))).get(holder.id);
    for await (const versionId of candidates(session, rule, facts ?? null)) {
      await lockVersions(session, [versionId]);
      const decided = await decide(session, rule, versionId, holder?.id ?? null);
      // Proposed, be it now or before, or waiting for an admin: it is for a person to go on.
      if (decided?.judged.isWaiting || (rule.mode === 'propose' && decided?.judged.verdict.passes)) break;
      moved = decided?.acted ?? false;
      if (moved) break;
    }
  }
  await waitForAge(session, rule);
}

/** Tags every version that passes. False where more are left than one transaction should hold. */
async function tagAll(session: Session, rule: LabelRule): Promise<boolean> {
  // All at once: with each that is tagged the others would come sooner.
  const found = await Array.fromAsync(candidates(session, rule, null));
  let acted = 0;
  for (const [index, versionId] of found.entries()) {
    await lockVersions(session, [versionId]);
    const decided = await decide(session, rule, versionId, null);
    acted += decided?.acted ? 1 : 0;
    if (acted === TAGS_AT_ONCE && index < found.length - 1) return false;
  }
  await waitForAge(session, rule);
  return true;
}

/** Those that are too young now have their turn later. */
async function waitForAge(session: Session, rule: LabelRule): Promise<void> {
  const due = rule.minAge === undefined ? null : await nextBirthday(session, rule.minAge);
  if (due !== null) await lookAgain(session, 'model', session.model.id, due);
}

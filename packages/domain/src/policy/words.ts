import type { Verdict } from './label.ts';

/** `v7 does not qualify as champion: its mAP on coco-val, 0.61, is not better than that of v5, 0.64.` */
export function labelWords(version: string, label: string, verdict: Verdict): string {
  return `${version} ${verdict.passes ? 'qualifies' : 'does not qualify'} as ${label}: ${reasons(verdict)}.`;
}

/**
 * Describes a decision about an object, from its outcome.
 * @param has whether the object has the label. An outcome `holds` without it means that the object is already
 * proposed.
 */
export function decisionWords(
  subject: string,
  label: string,
  outcome: 'moved' | 'tagged' | 'proposed' | 'suspended' | 'holds' | 'no',
  verdict: Verdict,
  has: boolean,
): string {
  switch (outcome) {
    case 'holds':
      if (!has) return `${subject} is proposed as ${label} already: ${reasons(verdict)}.`;
      return verdict.passes
        ? `${subject} is ${label} already: ${reasons(verdict)}.`
        : `${subject} stays ${label}, since rules take nothing away: ${reasons(verdict)}.`;
    case 'proposed':
      return `${subject} is proposed as ${label}: ${reasons(verdict)}.`;
    case 'moved':
    case 'tagged':
    case 'suspended':
    case 'no':
      return labelWords(subject, label, verdict);
  }
}

/** Describes a decision about a checkpoint. `refusal` is the reason why the version could not be created. */
export function promotionWords(
  checkpoint: string,
  version: string | null,
  verdict: Verdict,
  refusal?: string,
): string {
  const label = version === null ? 'a version' : `the version ${version}`;
  if (refusal === undefined) return labelWords(checkpoint, label, verdict);
  return `${checkpoint} could not become ${label}: ${refusal.replace(/\.$/, '')}.`;
}

/** The deciding clauses: those that fail, or all. */
const reasons = ({ passes, clauses }: Verdict): string =>
  clauses
    .filter((each) => (passes ? each.clause !== 'ready' : !each.holds))
    .map(({ words }) => words)
    .join('; ');

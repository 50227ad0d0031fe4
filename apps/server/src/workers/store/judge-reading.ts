import type { Reading } from './read-back.ts';

export interface Findings {
  readonly sha256: string | null;
  /** The finding of the last reading; null if it found no fault. */
  readonly finding: string | null;
  readonly findings: number;
}

export type Verdict =
  | { readonly sha256: string }
  | { readonly failure: string }
  /** Undecided: read again. */
  | { readonly finding: string; readonly findings: number; readonly says: string };

/**
 * Decides after a reading. Content is accepted if its hash was announced, if each part equals the part that arrived, or
 * if two complete readings agree. It is rejected after `looks` consecutive readings with the same finding. If all parts
 * are right but the announced hash is wrong, it is rejected at once.
 */
export function judgeReading(reading: Reading, before: Findings, looks: number): Verdict {
  const isWhole = 'sha256' in reading;
  if (isWhole && reading.sha256 === before.sha256) return { sha256: reading.sha256 };
  if (isWhole && reading.isAsArrived)
    return before.sha256 === null
      ? { sha256: reading.sha256 }
      : {
          failure: `${otherHash(reading.sha256, before.sha256)} ${AS_ARRIVED}`,
        };
  const finding = isWhole ? `whole ${reading.sha256}` : reading.finding;
  const findings = before.finding === finding ? before.findings + 1 : 1;
  if (isWhole && before.sha256 === null && findings > 1) return { sha256: reading.sha256 };
  const says = isWhole ? whyAgain(reading.sha256, before.sha256) : reading.says;
  if (findings < looks) return { finding, findings, says };
  return { failure: `${says} All ${findings} readings found the same. Upload the file again.` };
}

const AS_ARRIVED =
  'Every stored part equals the part that arrived, so the announced SHA-256 is wrong, or the client sent other ' +
  'bytes. Upload the file again.';

const otherHash = (found: string, announced: string): string =>
  `The content has the SHA-256 ${found}, not ${announced}.`;

const whyAgain = (found: string, announced: string | null): string =>
  announced === null
    ? 'No SHA-256 was announced, so the server reads the content twice.'
    : otherHash(found, announced);

import type { Reading } from './read-back.ts';

/** The findings of the looks at an upload so far. */
export interface Findings {
  /** As announced. */
  readonly sha256: string | null;
  /** The finding of the last look; null if nothing was wrong. */
  readonly finding: string | null;
  /** How many looks in a row found that. */
  readonly findings: number;
}

export type Verdict =
  | { readonly sha256: string }
  | { readonly failure: string }
  /** Nothing is certain: look again. */
  | { readonly finding: string; readonly findings: number; readonly says: string };

/**
 * What follows from a reading. Bytes are believed if their hash was announced, or if each part is as it arrived; without
 * either, if two whole readings agree. Content is given up after `looks` readings in a row that found the same, or at
 * once if each part is as it arrived and the hash of the whole was announced wrong.
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
  'Every stored part equals the part that arrived, so the announced SHA-256 is wrong, or the client sent other bytes. Upload the file again.';

const otherHash = (found: string, announced: string): string =>
  `The content has the SHA-256 ${found}, not ${announced}.`;

const whyAgain = (found: string, announced: string | null): string =>
  announced === null
    ? 'No SHA-256 was announced, so the server reads the content twice.'
    : otherHash(found, announced);

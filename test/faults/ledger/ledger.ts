import type { Content } from './content.ts';
import type { Answer } from './exchange.ts';

/** The states of one file that the ledger accepts. */
export interface Entry {
  readonly path: string;
  /** The hashes that the file may have; null: the file may be missing. Several if an answer was lost or 503. */
  may: Set<string | null>;
  touches: number;
}

/** An upload in parts that the server knows. */
export interface OpenUpload {
  readonly id: string;
  readonly entry: Entry;
  readonly content: Content;
  readonly touches: number;
  isOver: boolean;
}

/** Deviations that are allowed only while a fault lasts. */
export interface Tolerance {
  /** 503 with `Retry-After`, and interrupted downloads. */
  readonly faults: boolean;
  /** Stored copies are damaged, or look damaged: 409 `file_corrupt`, and 404 for their hashes. */
  readonly damage: boolean;
  /** Ranges may have wrong bytes: only whole downloads are checked. */
  readonly ranges: boolean;
}

export const STRICT: Tolerance = { faults: false, damage: false, ranges: false };

/** Records every answer of a load, and derives the possible states of the files. */
export class Ledger {
  /** Violations, in words. Empty after a good run. */
  readonly problems: string[] = [];
  readonly answers = new Map<string, number>();
  readonly entries = new Map<string, Entry>();
  readonly uploads: OpenUpload[] = [];
  readonly touched = new Set<Entry>();
  filesHashed = 0;
  tolerance: Tolerance = STRICT;
  phase = '';

  entry(path: string): Entry {
    const entry = this.entries.get(path) ?? { path, may: new Set([null]), touches: 0 };
    this.entries.set(path, entry);
    this.touched.add(entry);
    return entry;
  }

  /** An answered write is certain. A failed write may or may not have been carried out. */
  wrote(entry: Entry, sha256: string | null, isAnswered: boolean): void {
    if (isAnswered) entry.may = new Set([sha256]);
    else entry.may.add(sha256);
  }

  isPending(entry: Entry): boolean {
    return this.uploads.some((upload) => upload.entry === entry && !upload.isOver);
  }

  problem(text: string): void {
    this.problems.push(`[${this.phase}] ${text}`);
  }

  count(what: string): void {
    this.answers.set(what, (this.answers.get(what) ?? 0) + 1);
  }

  /**
   * Counts an answer, and records a problem if the contract does not document it.
   * @param allowed a status, or a status and a code: `409 parts_missing`. 503 is allowed while a fault lasts.
   * @returns whether the request was carried out.
   */
  judge(what: string, answer: Answer, allowed: readonly string[]): boolean {
    const { status, body, headers, isWhole } = answer;
    const said = status >= 400 && body?.code ? `${status} ${body.code}` : String(status);
    this.count(`${what.split(' /')[0]} ${said}${isWhole ? '' : ' cut off'}`);
    const isLater = status === 503 && headers['retry-after'] !== undefined;
    const isDocumented = isWhole
      ? allowed.includes(said) || allowed.includes(String(status)) || (isLater && this.tolerance.faults)
      : status !== 0 && allowed.includes('broken') && this.tolerance.faults;
    if (!isDocumented)
      this.problem(`${what}: ${said}${isWhole ? '' : ' cut off'} ${body?.detail ?? ''}`.trim());
    return isWhole && status >= 200 && status < 300;
  }
}

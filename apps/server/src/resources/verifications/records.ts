import type { Fault } from '../../content/copies/look.ts';
import type { Context } from '../../protocol/context.ts';

export type Verified = Pick<Context, 'db' | 'blobs' | 'log' | 'now' | 'wakeups'>;

/* The records of a verification, one a line. */

export interface ProgressRecord {
  readonly type: 'progress';
  /** `contents` checks the database against the store, `objects` the store against the database. */
  readonly phase: 'contents' | 'objects';
  /** Checked contents or objects, and the number of all contents. */
  readonly done: number;
  readonly of: number | null;
  readonly bytesRead: number | null;
  readonly findings: number;
}

/** Content whose stored copy does not match the database. */
export interface ContentFinding {
  readonly type: 'finding';
  readonly fault: Fault;
  readonly key: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly files: number;
  readonly file: { readonly kind: string; readonly id: string; readonly path: string } | null;
}

/** An object in the store that no row of the database refers to. */
export interface ObjectFinding {
  readonly type: 'finding';
  readonly fault: 'unknown_object';
  readonly key: string;
  readonly sizeBytes: number;
  readonly writtenAt: string;
}

export type FindingCounts = Record<Fault | 'unknown_object', number>;

export interface ReportRecord {
  readonly type: 'report';
  readonly full: boolean;
  readonly sound: boolean;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly contents: number;
  readonly contentBytes: number;
  readonly objects: number;
  readonly findings: FindingCounts;
  readonly unknownBytes: number;
  readonly words: string;
}

export type VerificationRecord = ProgressRecord | ContentFinding | ObjectFinding | ReportRecord;

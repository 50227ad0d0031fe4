import type { Fault } from '../../content/copies/look.ts';
import type { Context } from '../../protocol/context.ts';

/** The parts of a server that a verification needs. */
export type Verified = Pick<Context, 'db' | 'blobs' | 'log' | 'now' | 'wakeups'>;

/* The records of a verification, one a line. */

export interface ProgressRecord {
  readonly type: 'progress';
  /** `contents`: from the database to the store. `objects`: from the store to the database. */
  readonly phase: 'contents' | 'objects';
  /** Contents or stored objects that were looked at, and how many contents there are. */
  readonly done: number;
  readonly of: number | null;
  /** Bytes that were read; null unless the verification is full. */
  readonly bytesRead: number | null;
  readonly findings: number;
}

/** Content that the store does not have as the database knows it. */
export interface ContentFinding {
  readonly type: 'finding';
  readonly fault: Fault;
  readonly key: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** How many files have it, and the one of them that is the oldest. */
  readonly files: number;
  readonly file: { readonly kind: string; readonly id: string; readonly path: string } | null;
}

/** An object in the store that no row of the database knows. */
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
  /** No finding. */
  readonly sound: boolean;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly contents: number;
  readonly contentBytes: number;
  readonly objects: number;
  readonly findings: FindingCounts;
  readonly unknownBytes: number;
  /** The same for a person. */
  readonly words: string;
}

export type VerificationRecord = ProgressRecord | ContentFinding | ObjectFinding | ReportRecord;

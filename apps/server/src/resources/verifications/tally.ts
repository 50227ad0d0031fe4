import type { FindingCounts, ProgressRecord, ReportRecord } from './records.ts';

export interface Tally {
  readonly full: boolean;
  readonly startedAt: Date;
  readonly of: number;
  phase: ProgressRecord['phase'];
  contents: number;
  contentBytes: number;
  objects: number;
  bytesRead: number;
  unknownBytes: number;
  readonly findings: FindingCounts;
}

export const newTally = (full: boolean, startedAt: Date, of: number): Tally => ({
  full,
  startedAt,
  of,
  phase: 'contents',
  contents: 0,
  contentBytes: 0,
  objects: 0,
  bytesRead: 0,
  unknownBytes: 0,
  findings: { missing: 0, wrong_size: 0, wrong_hash: 0, unreadable: 0, unknown_object: 0 },
});

const sum = (findings: FindingCounts): number => Object.values(findings).reduce((a, b) => a + b, 0);

export const progressOf = (tally: Tally): ProgressRecord => ({
  type: 'progress',
  phase: tally.phase,
  done: tally.phase === 'contents' ? tally.contents : tally.objects,
  of: tally.phase === 'contents' ? tally.of : null,
  bytesRead: tally.full ? tally.bytesRead : null,
  findings: sum(tally.findings),
});

export function reportOf(tally: Tally, finishedAt: Date): ReportRecord {
  const { full, contents, contentBytes, objects, findings, unknownBytes } = tally;
  const report = { full, contents, contentBytes, objects, findings, unknownBytes };
  return {
    type: 'report',
    ...report,
    sound: sum(findings) === 0,
    startedAt: tally.startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    words: wordsOf(report),
  };
}

const LABELS: readonly (readonly [keyof FindingCounts, string])[] = [
  ['missing', 'missing'],
  ['wrong_size', 'with the wrong size'],
  ['wrong_hash', 'with the wrong SHA-256'],
  ['unreadable', 'unreadable'],
];

function wordsOf({
  full,
  contents,
  contentBytes,
  objects,
  findings,
  unknownBytes,
}: Pick<
  ReportRecord,
  'full' | 'contents' | 'contentBytes' | 'objects' | 'findings' | 'unknownBytes'
>): string {
  const how = full ? 'read completely' : 'checked for existence and size';
  const bad = LABELS.filter(([fault]) => findings[fault] > 0).map(
    ([fault, label]) => `${findings[fault]} ${label}`,
  );
  const lines = [
    `${contents} contents with ${contentBytes} bytes were ${how}: ${bad.join(', ') || 'all are intact'}.`,
    `${objects} stored objects were looked up in the database: ${
      findings.unknown_object === 0
        ? 'all are known'
        : `${findings.unknown_object} with ${unknownBytes} bytes are unknown`
    }.`,
  ];
  if (bad.length > 0)
    lines.push(
      'A download of damaged content is 409 file_corrupt. Upload the same bytes again to any object, or put the ' +
        'right objects back into the store and verify again.',
    );
  if (findings.unknown_object > 0)
    lines.push(
      'Unknown objects were not changed. They come from interrupted uploads, or were uploaded after the copy of ' +
        'the database was made.',
    );
  return lines.join('\n');
}

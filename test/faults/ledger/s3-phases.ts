import type { Fault, FaultProxy } from '@modelbox/blobs/testing';
import type { Ongoing, Phase } from './phase.ts';

/* A phase for each way in which an S3 server, or the connection to it, can fail. */

type Matching = NonNullable<Parameters<FaultProxy['inject']>[1]>;
type Injection = readonly [Fault, Matching];

export interface S3Faults extends Pick<Phase, 'name' | 'tolerates'> {
  readonly faults: readonly Injection[];
}

const error = (status: number, code: string) => ({ kind: 'error', status, code }) as const;
const on = (operation: string, every = 2, more: Matching = {}): Matching => ({ operation, every, ...more });

const READS = ['GetObject', 'HeadObject'];
const WRITES = ['PutObject', 'CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload'];
const UPKEEP = ['ListParts', 'ListObjectsV2', 'ListMultipartUploads', 'AbortMultipartUpload', 'DeleteObject'];
const ALL = [...READS, ...WRITES, ...UPKEEP];

const SELDOM = ['CompleteMultipartUpload', 'AbortMultipartUpload', 'ListParts'];

const each = (operations: readonly string[], fault: Fault, every = 2): Injection[] =>
  operations.map((operation) => [
    fault,
    SELDOM.includes(operation) ? on(operation, 1, { times: 4 }) : on(operation, every),
  ]);

/** The store looks damaged: marks are right until the next reading. */
const looksDamaged = { damage: true } as const;

export const S3_PHASES: readonly S3Faults[] = [
  { name: 'no fault', faults: [] },
  { name: 'delay', faults: each(ALL, { kind: 'delay', ms: 40 }) },
  {
    name: 'cut request',
    faults: [
      [{ kind: 'cut', side: 'request', afterBytes: 0 }, on('GetObject', 3)],
      [{ kind: 'cut', side: 'request', afterBytes: 100 }, on('PutObject', 2)],
      [{ kind: 'cut', side: 'request', afterBytes: 30_000 }, on('UploadPart', 2)],
      [{ kind: 'cut', side: 'request', afterBytes: 0 }, on('CompleteMultipartUpload', 1, { times: 4 })],
    ],
  },
  {
    name: 'cut answer',
    faults: [
      [{ kind: 'cut', side: 'answer', afterBytes: 600 }, on('GetObject', 2)],
      [{ kind: 'cut', side: 'answer', afterBytes: 20 }, on('CompleteMultipartUpload', 1, { times: 4 })],
      [{ kind: 'cut', side: 'answer', afterBytes: 20 }, on('ListParts', 1, { times: 4 })],
      [{ kind: 'cut', side: 'answer', afterBytes: 20 }, on('ListObjectsV2', 2)],
    ],
  },
  {
    name: 'stall',
    faults: [
      [{ kind: 'stall', at: 'request' }, on('PutObject', 3, { times: 2 })],
      [{ kind: 'stall', at: 'answer' }, on('GetObject', 3, { times: 2 })],
      [{ kind: 'stall', at: 'answer-body', afterBytes: 500 }, on('GetObject', 4, { times: 2 })],
      [{ kind: 'stall', at: 'request-body', afterBytes: 1_000 }, on('UploadPart', 3, { times: 2 })],
      [{ kind: 'stall', at: 'answer' }, on('CompleteMultipartUpload', 1, { times: 1 })],
    ],
  },
  { name: '500 InternalError', faults: each(ALL, error(500, 'InternalError')) },
  { name: '503 SlowDown to everything', faults: [[error(503, 'SlowDown'), {}]] },
  {
    name: '200 with an error in it',
    faults: [[error(200, 'InternalError'), on('CompleteMultipartUpload', 1, { times: 4 })]],
  },
  { name: '400 RequestTimeout', faults: each([...WRITES, 'GetObject'], error(400, 'RequestTimeout')) },
  { name: '409 OperationAborted', faults: each(WRITES, error(409, 'OperationAborted')) },
  { name: '429 TooManyRequests', faults: each(ALL, error(429, 'TooManyRequests')) },
  { name: 'NoSuchBucket', faults: [[error(404, 'NoSuchBucket'), {}]] },
  { name: 'NoSuchBucket to writes', faults: each(WRITES, error(404, 'NoSuchBucket')) },
  { name: 'NoSuchKey', tolerates: looksDamaged, faults: each(READS, error(404, 'NoSuchKey')) },
  {
    name: 'NoSuchUpload',
    faults: each(['UploadPart', 'ListParts', 'CompleteMultipartUpload'], error(404, 'NoSuchUpload'), 3),
  },
  { name: 'AccessDenied', faults: [[error(403, 'AccessDenied'), {}]] },
  { name: 'AccessDenied to upkeep', faults: each(UPKEEP, error(403, 'AccessDenied'), 1) },
  { name: 'expired credentials', faults: [[error(400, 'ExpiredToken'), { every: 2 }]] },
  { name: 'unknown credentials', faults: [[error(403, 'InvalidAccessKeyId'), { every: 2 }]] },
  {
    name: 'truncated bodies',
    tolerates: looksDamaged,
    faults: [
      [{ kind: 'truncate', toBytes: 400, checksums: 'removed' }, on('GetObject', 3)],
      [{ kind: 'truncate', toBytes: 400 }, on('GetObject', 4)],
    ],
  },
  {
    name: 'flipped bodies',
    tolerates: { damage: true, ranges: true },
    faults: [
      [{ kind: 'flip', side: 'answer', atByte: 3, checksums: 'removed' }, on('GetObject', 3)],
      [{ kind: 'flip', side: 'answer', atByte: 300 }, on('GetObject', 4)],
    ],
  },
  {
    name: 'flipped requests',
    faults: each(['PutObject', 'UploadPart'], { kind: 'flip', side: 'request', atByte: 200 }),
  },
  { name: 'lost answers', faults: each([...WRITES, 'DeleteObject'], { kind: 'lose-answer' }) },
  { name: 'repeated requests', faults: each([...WRITES, 'DeleteObject'], { kind: 'repeat' }, 1) },
  { name: 'clock 20 minutes ahead', faults: [[{ kind: 'clock', offsetMs: 1_200_000 }, {}]] },
  { name: 'clock 20 minutes behind', faults: [[{ kind: 'clock', offsetMs: -1_200_000 }, {}]] },
  {
    name: 'early refusal',
    faults: [
      [{ ...error(503, 'SlowDown'), kind: 'refuse', connection: 'open' }, on('PutObject', 2)],
      [
        { ...error(503, 'SlowDown'), kind: 'refuse', connection: 'reset', afterBytes: 1_000 },
        on('UploadPart', 2),
      ],
      [{ ...error(403, 'AccessDenied'), kind: 'refuse', connection: 'open' }, on('UploadPart', 3)],
    ],
  },
  {
    name: 'redirects',
    faults: [
      ...each(['PutObject', 'GetObject'], { kind: 'redirect', status: 307 }),
      ...each(['UploadPart', 'HeadObject'], { kind: 'redirect', status: 301 }),
    ],
  },
  {
    name: 'wrong ETags',
    faults: each(['PutObject', 'UploadPart', 'ListParts'], { kind: 'etag', etag: `"${'0'.repeat(32)}"` }),
  },
];

export function beginFaults(proxy: FaultProxy, faults: readonly Injection[]): Ongoing {
  const rules = faults.map(([fault, matching]) => ({ matching, rule: proxy.inject(fault, matching) }));
  return {
    happened: () =>
      Object.fromEntries(
        rules.map(({ matching, rule }, index) => [
          `${index + 1}: ${rule.fault.kind} ${matching.operation ?? 'everything'}`,
          rule.injected.length,
        ]),
      ),
    endHappened: () => {
      for (const { rule } of rules) if (rule.injected.length > 0) rule.remove();
    },
    end: () => {
      for (const { rule } of rules) rule.remove();
    },
  };
}

import { recordCopyState } from '../../content/copies/copy-state.ts';
import { type Copy, confirmed, type Fault, readCopy, statCopy } from '../../content/copies/look.ts';
import type { ContentFinding, Verified } from './records.ts';
import type { Tally } from './tally.ts';

/** Contents per page, and parallel requests to the store. */
const PAGE = 200;
const AT_ONCE = 16;
const READS_AT_ONCE = 2;

interface Row extends Copy {
  readonly id: string;
  /** A reader found wrong bytes, so the content must be read. */
  readonly isToRead: boolean;
}

/**
 * Checks all contents of the database in the order of their keys. Content that is uploaded meanwhile may be skipped.
 */
export async function* findBadContents(
  ctx: Verified,
  tally: Tally,
  signal: AbortSignal,
): AsyncGenerator<ContentFinding, void> {
  const atOnce = tally.full ? READS_AT_ONCE : AT_ONCE;
  for (let after = ''; ; ) {
    signal.throwIfAborted();
    const rows = await page(ctx, after);
    for (let at = 0; at < rows.length; at += atOnce) {
      const found = await Promise.all(
        rows.slice(at, at + atOnce).map((row) => look(ctx, tally, row, signal)),
      );
      for (const finding of found) if (finding) yield finding;
    }
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.key;
  }
}

async function page({ db }: Verified, after: string): Promise<Row[]> {
  const { rows } = await db.background.query<Row>(
    `SELECT id, key, sha256, size_bytes::float8 AS "sizeBytes",
       corrupt_at IS NOT NULL OR suspect_at IS NOT NULL AS "isToRead"
     FROM blobs WHERE key > $1 ORDER BY key LIMIT $2`,
    [after, PAGE],
  );
  return rows;
}

async function look(
  ctx: Verified,
  tally: Tally,
  row: Row,
  signal: AbortSignal,
): Promise<ContentFinding | undefined> {
  const isRead = tally.full || row.isToRead;
  const onBytes = (count: number) => {
    tally.bytesRead += count;
  };
  const fault = await confirmed(
    () => (isRead ? readCopy(ctx, row, { signal, onBytes }) : statCopy(ctx, row)),
    signal,
  );
  tally.contents += 1;
  tally.contentBytes += row.sizeBytes;
  if (fault === undefined && !isRead) return undefined;
  // Content that was replaced or removed meanwhile is no finding.
  if (!(await recordCopyState(ctx, row, fault)) || fault === undefined) return undefined;
  tally.findings[fault] += 1;
  return findingOf(ctx, row, fault);
}

async function findingOf(
  { db }: Verified,
  { id, key, sha256, sizeBytes }: Row,
  fault: Fault,
): Promise<ContentFinding> {
  const { rows } = await db.background.query<{ files: number; file: ContentFinding['file'] }>(
    `SELECT (SELECT count(*)::float8 FROM files WHERE blob_id = $1) AS files,
       (SELECT json_build_object('kind', object_kind, 'id', object_id, 'path', path) FROM files WHERE blob_id = $1
        ORDER BY id LIMIT 1) AS file`,
    [id],
  );
  return { type: 'finding', fault, key, sha256, sizeBytes, files: 0, file: null, ...rows[0] };
}

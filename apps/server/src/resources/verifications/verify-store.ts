import { setTimeout as pause } from 'node:timers/promises';
import { syncFileStates } from '../../content/copies/sync-file-states.ts';
import { findBadContents } from './contents.ts';
import { findUnknownObjects } from './objects.ts';
import type { VerificationRecord, Verified } from './records.ts';
import { newTally, progressOf, reportOf, type Tally } from './tally.ts';

/** Milliseconds between two progress records: far less than the timeouts of proxies. */
const EVERY = 2_000;

/**
 * Compares the database with the store in both directions, in constant memory. Marks damaged contents, and unmarks
 * contents that a full verification finds intact. It never touches unknown objects.
 * @throws BlobStoreUnavailable, and errors of the database: content that could not be checked is no finding
 */
export async function* verifyStore(
  ctx: Verified,
  options: { readonly full: boolean; readonly signal: AbortSignal },
): AsyncGenerator<VerificationRecord, void> {
  const { rows } = await ctx.db.background.query<{ count: number }>(
    'SELECT count(*)::float8 AS count FROM blobs',
  );
  const tally = newTally(options.full, ctx.now(), rows[0]?.count ?? 0);
  yield progressOf(tally);
  yield* alive(findBadContents(ctx, tally, options.signal), tally);
  tally.phase = 'objects';
  yield progressOf(tally);
  yield* alive(findUnknownObjects(ctx, tally, options.signal), tally);
  await syncFileStates(ctx, options.signal);
  yield reportOf(tally, ctx.now());
}

/** Yields the findings, with progress records if none comes for a while. */
async function* alive(
  findings: AsyncGenerator<VerificationRecord, void>,
  tally: Tally,
): AsyncGenerator<VerificationRecord, void> {
  let next = findings.next();
  for (;;) {
    const over = new AbortController();
    const tick = pause(EVERY, undefined, { signal: over.signal }).catch(() => undefined);
    const found = await Promise.race([next, tick]).finally(() => over.abort());
    if (found?.done) return;
    if (found) next = findings.next();
    // If the client leaves, a pending check may still fail. Its error must not crash the process.
    next.catch(() => {});
    yield found ? found.value : progressOf(tally);
  }
}

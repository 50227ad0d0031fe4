import { setTimeout as pause } from 'node:timers/promises';
import { tellFileStates } from '../../content/copies/tell-file-states.ts';
import { findBadContents } from './contents.ts';
import { findUnknownObjects } from './objects.ts';
import type { VerificationRecord, Verified } from './records.ts';
import { newTally, progressOf, reportOf, type Tally } from './tally.ts';

/** Milliseconds between two signs of life: far less than proxies wait for. */
const EVERY = 2_000;

/**
 * Compares the database with the store both ways, in constant memory. Marks damaged contents, takes the mark from those
 * that a full verification finds whole, and leaves unknown objects alone.
 * @throws BlobStoreUnavailable, and what the database throws. Nothing is a finding that could not be looked at.
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
  await tellFileStates(ctx, options.signal);
  yield reportOf(tally, ctx.now());
}

/** The findings, with progress in between whenever none comes for a while. */
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
    // Whoever gives up waiting leaves a look behind, whose failure nobody needs.
    next.catch(() => {});
    yield found ? found.value : progressOf(tally);
  }
}

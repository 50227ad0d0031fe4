import { Readable } from 'node:stream';
import { HttpProblem } from '../../protocol/problem.ts';
import type { Verb } from '../../protocol/verb.ts';
import type { VerificationRecord } from './records.ts';
import { verifyStore } from './verify-store.ts';

/** Runs a verification while the client reads, and sends one record per line. */
export const runVerification: Verb<'verifications.run'> = async (ctx, { query }) => {
  if (ctx.actor.grants !== 'all')
    throw new HttpProblem('forbidden', 'Only administrators may verify the file store.');
  const headers = { 'content-type': 'application/x-ndjson' };
  if (ctx.method === 'HEAD') return { status: 200, headers };
  const records = verifyStore(ctx, { full: query.full === true, signal: ctx.signal });
  // A failure before the first record still gets a status.
  const first = await records.next();
  const stream = Readable.from(lines(first, records), { objectMode: false });
  stream.once('error', (error) => {
    if (!ctx.signal.aborted) ctx.log.error({ err: error }, 'a verification ended with an error');
  });
  return { status: 200, headers, stream };
};

async function* lines(
  first: IteratorResult<VerificationRecord, void>,
  rest: AsyncGenerator<VerificationRecord, void>,
): AsyncGenerator<string, void> {
  for (let record = first; !record.done; record = await rest.next())
    yield `${JSON.stringify(record.value)}\n`;
}

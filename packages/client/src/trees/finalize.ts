import { APIError } from '../core/api-error.ts';
import type { CallOptions } from '../core/options.ts';
import type { Resources } from '../generated/resources.ts';
import type { Version } from '../generated/schemas.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

/** Finalizes a version. Waits while the server still verifies its files. */
export async function finalize(
  { versions, uploads }: Resources,
  version: string,
  call: CallOptions,
  pause: (ms: number) => Promise<void>,
): Promise<Version> {
  let wait = FIRST_PAUSE_MS;
  for (let isLast = false; ; ) {
    try {
      return await versions.finalize(version, call);
    } catch (error) {
      if (isLast || !(error instanceof APIError) || error.code !== 'files_pending') throw error;
    }
    const { items } = await uploads.list({ version, state: 'verifying', limit: 1 }, call);
    // The last upload may have been verified just now.
    isLast = items.length === 0;
    if (isLast) continue;
    await pause(wait);
    wait = Math.min(LONGEST_PAUSE_MS, wait * 1.5);
  }
}

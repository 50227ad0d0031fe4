import { isSchemaCurrent, openDatabase } from '@modelbox/db';
import { pino } from 'pino';
import { type Config, ConfigError } from '../config/config.ts';
import type { VerificationRecord } from '../resources/verifications/records.ts';
import { verifyStore } from '../resources/verifications/verify-store.ts';
import { openClock } from '../runtime/clock.ts';
import { createWakeups } from '../runtime/wakeup.ts';
import { claimBlobs } from '../system/claim-blobs.ts';
import { openBlobs } from '../system/open-blobs.ts';
import { reachDatabase } from '../system/reach-database.ts';

/**
 * Verifies the store of the settings, while the server runs or is stopped.
 * @throws ConfigError, and what `verifyStore` throws
 */
export async function* runVerify(
  config: Config,
  options: {
    readonly full: boolean;
    readonly signal: AbortSignal;
    readonly tell: (message: string) => void;
  },
): AsyncGenerator<VerificationRecord, void> {
  // Each finding is already a record of the output, so the log stays silent.
  const log = pino({ level: 'silent' });
  const { url, end } = await reachDatabase(config);
  try {
    const db = openDatabase({ url, poolSize: 4, applicationName: 'modelbox-verify' });
    try {
      if (!(await isSchemaCurrent(db.background)))
        throw new ConfigError([
          'The database has the schema of another release. Start the server of this release once, then verify.',
        ]);
      const { now } = await openClock(db.background, log);
      const blobs = await openBlobs(config, now, options.tell);
      await claimBlobs(config, db, blobs);
      yield* verifyStore({ db, blobs, log, now, wakeups: createWakeups() }, options);
    } finally {
      await db.close();
    }
  } finally {
    await end();
  }
}

import type { S3Error } from './fault.ts';
import { signedAt } from './sign.ts';

/** As on AWS. */
const skewAtMost = 15 * 60_000;

/** The answer of a server with this clock to a request that is too old or too new. Undefined if the time fits. */
export function refusalByTime(request: Parameters<typeof signedAt>[0], clock: Date): S3Error | undefined {
  const signed = signedAt(request);
  if (!signed) return undefined;
  const age = clock.getTime() - signed.at.getTime();
  const isTooNew = age < -skewAtMost;
  if (signed.expiresIn !== undefined) {
    if (!isTooNew && age < signed.expiresIn * 1000) return undefined;
    return { status: 403, code: 'AccessDenied', message: 'Request has expired or is not yet valid' };
  }
  if (!isTooNew && age < skewAtMost) return undefined;
  const message = 'The difference between the request time and the current time is too large.';
  return { status: 403, code: 'RequestTimeTooSkewed', message };
}

import type { Serve } from '../http/verb.ts';
import { runVerification } from './run.ts';

export function verificationRoutes(serve: Serve): void {
  serve('verifications.run', runVerification);
}

import type { Serve } from '../../protocol/verb.ts';
import { runVerification } from './run.ts';

export function verificationRoutes(serve: Serve): void {
  serve('verifications.run', runVerification);
}

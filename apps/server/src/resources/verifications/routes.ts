import type { Serve } from '../../protocol/verb.ts';
import { runVerification } from './run.ts';

export function verificationRoutes(serve: Serve): void {
  // It is for administrators and reads from the pool `background`, so it needs no turn.
  serve('verifications.run', runVerification, 'own-turns');
}

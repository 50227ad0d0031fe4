import type { Serve } from '../../protocol/verb.ts';
import { runVerification } from './run.ts';

export function verificationRoutes(serve: Serve): void {
  // Only administrators may run it, and it uses the pool `background`, so it needs no turn.
  serve('verifications.run', runVerification, 'own-turns');
}

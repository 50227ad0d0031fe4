import type { Serve } from '../../protocol/verb.ts';
import { resolveReference } from './resolve.ts';

export function referenceRoutes(serve: Serve): void {
  serve('resolve', resolveReference, 'cached');
}

import type { Serve } from '../http/verb.ts';
import { resolveReference } from './resolve.ts';

export function referenceRoutes(serve: Serve): void {
  serve('resolve', resolveReference, 'cached');
}

import type { Serve } from '../../protocol/verb.ts';
import { downloadArchive } from './download.ts';

export function archiveRoutes(serve: Serve): void {
  for (const kind of ['version', 'checkpoint'] as const) {
    serve(
      `${kind}s.archive`,
      (c, { query, headers, touched }) =>
        downloadArchive(c, kind, touched.object, query, {
          method: c.method === 'HEAD' ? 'HEAD' : 'GET',
          headers,
        }),
      'own-turns',
    );
  }
}

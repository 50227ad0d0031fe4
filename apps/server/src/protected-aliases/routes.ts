import type { Serve } from '../http/verb.ts';
import { deleteProtection } from './delete.ts';
import { listProtections } from './list.ts';
import { setProtection } from './set.ts';

export function protectedAliasRoutes(serve: Serve): void {
  for (const kind of ['models', 'namespaces'] as const) {
    serve(`${kind}.protectedAliases.list`, (c, { query, touched }) =>
      listProtections(c, touched.object, query),
    );
    serve(`${kind}.protectedAliases.set`, (c, { params, body, touched }) =>
      setProtection(c, touched.object, params.alias, body),
    );
    serve(`${kind}.protectedAliases.delete`, (c, { params, touched }) =>
      deleteProtection(c, touched.object, params.alias),
    );
  }
}

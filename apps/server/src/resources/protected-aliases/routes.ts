import type { Serve } from '../../protocol/verb.ts';
import { allowRule, listRules, withdrawRule } from './consents.ts';
import { deleteProtection } from './delete.ts';
import { getProtection } from './get.ts';
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
    serve(`${kind}.protectedAliases.get`, (c, { params, touched }) =>
      getProtection(c, touched.object, params.alias),
    );
    serve(`${kind}.protectedAliases.rules.list`, (c, { params, query, touched }) =>
      listRules(c, touched.object, params.alias, query),
    );
    serve(`${kind}.protectedAliases.rules.allow`, (c, { params, body, touched }) =>
      allowRule(c, touched.object, params, body.digest),
    );
    serve(`${kind}.protectedAliases.rules.withdraw`, (c, { params, touched }) =>
      withdrawRule(c, touched.object, params),
    );
  }
}

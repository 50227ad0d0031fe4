import { getObject } from '../../core/objects/get.ts';
import type { Serve } from '../../protocol/verb.ts';
import { deleteNamespace } from './delete.ts';
import { listNamespaces } from './list.ts';
import { updateNamespace } from './update.ts';
import { readUsage } from './usage.ts';

export function namespaceRoutes(serve: Serve): void {
  serve('namespaces.list', listNamespaces);
  serve('namespaces.get', (c, { touched }) => getObject(c, 'namespace', touched.namespace));
  serve('namespaces.update', updateNamespace);
  serve('namespaces.usage', readUsage);
  serve('namespaces.delete', deleteNamespace);
}

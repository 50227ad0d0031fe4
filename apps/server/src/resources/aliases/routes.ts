import type { Serve } from '../../protocol/verb.ts';
import { deleteAlias } from './delete.ts';
import { aliasHistory, getAlias, listAliases } from './list.ts';
import { rollbackAlias } from './rollback.ts';
import { setAlias } from './set.ts';

export function aliasRoutes(serve: Serve): void {
  serve('models.aliases.list', listAliases);
  serve('models.aliases.set', setAlias);
  serve('models.aliases.get', getAlias);
  serve('models.aliases.delete', deleteAlias);
  serve('models.aliases.history', aliasHistory);
  serve('models.aliases.rollback', rollbackAlias);
}

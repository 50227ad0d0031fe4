import type { Serve } from '../../protocol/verb.ts';
import { deleteGrant, listGrants, setGrant } from '../grants/grants.ts';
import { createToken, listTokens, revokeToken } from '../tokens/tokens.ts';
import { whoami } from './whoami.ts';

export function accessRoutes(serve: Serve): void {
  serve('whoami', whoami);
  serve('tokens.create', createToken);
  serve('tokens.list', listTokens);
  serve('tokens.revoke', revokeToken);
  serve('namespaces.grants.list', listGrants);
  serve('namespaces.grants.set', setGrant);
  serve('namespaces.grants.delete', deleteGrant);
}

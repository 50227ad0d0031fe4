// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions, WriteOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import type { NewToken, Token, TokenCreate, TokensListQuery } from '../schemas.ts';

/** The tokens. */
export class Tokens extends Resource {
  /**
   * Make a token.
   *
   * The answer shows the secret, this once: the same `Idempotency-Key` again is 409.
   */
  create(body: TokenCreate, options?: WriteOptions): APIPromise<NewToken> {
    return this.http.send<NewToken>({ method: 'POST', url: '/v1/tokens', body, options });
  }

  /** List tokens, newest first: of the caller, or for administrators of all. */
  list(query?: TokensListQuery, options?: CallOptions): PagePromise<Token> {
    return this.http.list<Token>({ url: '/v1/tokens', query, options });
  }

  /** Revoke a token and all that it made: from then on they open nothing, on any server. */
  revoke(token: string, options?: WriteOptions): APIPromise<void> {
    return this.http.send<void>({ method: 'DELETE', url: url`/v1/tokens/${token}`, options });
  }
}

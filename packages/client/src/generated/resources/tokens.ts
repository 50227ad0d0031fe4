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
   * Create a token.
   *
   * Only the first answer contains the secret. Repeating the request with the same `Idempotency-Key` returns
   * 409.
   */
  create(body: TokenCreate, options?: WriteOptions): APIPromise<NewToken> {
    return this.http.send<NewToken>({ method: 'POST', url: '/v1/tokens', body, options });
  }

  /** List tokens, newest first: the caller’s own, or all for administrators. */
  list(query?: TokensListQuery, options?: CallOptions): PagePromise<Token> {
    return this.http.list<Token>({ url: '/v1/tokens', query, options });
  }

  /** Revoke a token and all tokens created with it, on every server at once. */
  revoke(token: string, options?: WriteOptions): APIPromise<void> {
    return this.http.send<void>({ method: 'DELETE', url: url`/v1/tokens/${token}`, options });
  }
}

/** Limits and switches of a server. `config/config.ts` reads them from the environment. */
export interface Settings {
  /** `open`: everybody on this machine has access. `tokens`: each caller needs a token. */
  auth: 'open' | 'tokens';
  /** The OIDC issuer whose JWTs are accepted, and the audience that they must name. */
  oidcIssuer: string | undefined;
  oidcAudience: string | undefined;
  oidcSubjectClaim: string;
  oidcGroupsClaim: string;
  /** Milliseconds by which the clocks of the issuer and the server may differ. */
  oidcClockSkew: number;
  oidcAdministrators: readonly string[];
  /** Principals besides administrators that may create root namespaces. */
  rootCreators: 'everyone' | readonly string[];
  mintByTokens: boolean;
  /** Longest lifetime of a new token, in milliseconds. */
  tokenMaxLifetime: number | 'none';
  /** Milliseconds after which an unused token expires. */
  tokenIdleExpiry: number | 'none';
  /**
   * Most valid tokens of one owner, open uploads of one caller, and open uploads below one root namespace; 0: no limit.
   */
  maxTokens: number;
  maxOpenUploads: number;
  maxOpenUploadsNamespace: number;
  /** Percent of a quota that the open uploads of one caller may reserve. */
  uploadQuotaShare: number;
  /**
   * Most requests in a minute of one caller and from one address, and failed authentications from one address; 0: no
   * limit.
   */
  rateLimitIdentity: number;
  rateLimitAddress: number;
  rateLimitFailures: number;
  /** Milliseconds that the costly requests of one caller may take in a minute; 0: no limit. */
  rateLimitCost: number;
  /** Denied attempts of one caller in a minute that are recorded one by one; 0: all. */
  auditDenials: number;
  auditReads: boolean;
  /** Milliseconds that denied attempts and reads are kept. */
  auditRetention: number;
  /** Milliseconds that changes and decisions are kept. */
  changesRetention: number;
  /** Whether `/metrics` needs no token. */
  metricsOpen: boolean;
  /** The open server answers only loopback Hosts unless this is true. */
  allowRemote: boolean;
  /** Addresses and networks of proxies that may report the client's address. */
  trustProxy: readonly string[];
  maxConnections: number;
  /** Largest JSON body in bytes. */
  bodyLimit: number;
  /** Most metric keys of one object. The same key on a dataset counts separately. */
  metricKeys: number;
  /** Largest page of a list in bytes, if it has more than one item. */
  pageBytes: number;
  /** Most bytes of all unread answers. */
  unreadAnswers: number;
  /** Milliseconds without progress after which an unread answer is closed. */
  answerStallTimeout: number;
  /** Largest file in bytes. */
  maxFileSize: number;
  /** Milliseconds for which a signed URL of the store is valid. */
  signedUrlExpiry: number;
  /** Milliseconds in which a JSON body must arrive, and after which a stalled upload is aborted. */
  bodyTimeout: number;
  /** Milliseconds that a request of variable cost may run. */
  queryTimeout: number;
  /** Most requests of one caller that run at once while other callers are at work. */
  requestsPerCaller: number;
  /** Most costly requests that run at once for one caller and in one namespace, and that wait for one caller. */
  costlyPerCaller: number;
  costlyPerNamespace: number;
  costlyQueue: number;
  /** Longest wait of a request for its turn, in milliseconds: among its caller's requests, or among costly ones. */
  costlyWait: number;
  /** Milliseconds in which a deleted object can be restored. */
  deleteGrace: number;
  /** Milliseconds between two runs of a retention rule. */
  retentionInterval: number;
  /** Least milliseconds in which files that retention removed can be restored; the open server has no minimum. */
  retentionMinGrace: number;
  /** Milliseconds that content without a file is kept. */
  blobGrace: number;
  /** Milliseconds after which an idle upload expires. */
  uploadExpiry: number;
  /** Bytes of stored content to verify each second; 0: none. */
  verifyRate: number;
  /** Validates every answer against the contract. Costs time; always on in tests. */
  checkAnswers: boolean;
}

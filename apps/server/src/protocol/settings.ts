/** Bounds and switches of a server; `config.ts` reads them from the environment. */
export interface Settings {
  /** Who may ask: whoever is on this machine, or who has a token. */
  auth: 'open' | 'tokens';
  /** The OIDC issuer whose tokens count too, and for whom they must be made. */
  oidcIssuer: string | undefined;
  oidcAudience: string | undefined;
  /** The claims that tell the name of a user and the groups. */
  oidcSubjectClaim: string;
  oidcGroupsClaim: string;
  /** Milliseconds by which the clocks of the issuer and the server may differ. */
  oidcClockSkew: number;
  /** Principals that are administrators when they come by OIDC. */
  oidcAdministrators: readonly string[];
  /** Principals that may make namespaces at the root, beside administrators. */
  rootCreators: 'everyone' | readonly string[];
  /** Whether a token may make other tokens. */
  mintByTokens: boolean;
  /** Milliseconds that a new token lasts at most. */
  tokenMaxLifetime: number | 'none';
  /** Milliseconds after which a token that nobody uses expires. */
  tokenIdleExpiry: number | 'none';
  /** Living tokens of one owner, open uploads of one caller, and open uploads below one root namespace; 0: any number. */
  maxTokens: number;
  maxOpenUploads: number;
  maxOpenUploadsNamespace: number;
  /** Percent of a quota that the open uploads of one caller may reserve. */
  uploadQuotaShare: number;
  /** Requests of one caller and from one address in a minute, and failed authentications from one; 0: any number. */
  rateLimitIdentity: number;
  rateLimitAddress: number;
  rateLimitFailures: number;
  /** Milliseconds of costly requests that one caller may cause in a minute; 0: any number. */
  rateLimitCost: number;
  /** Denied attempts of one caller that are recorded one by one in a minute; 0: all. */
  auditDenials: number;
  /** Whether reads of files are recorded. */
  auditReads: boolean;
  /** Milliseconds that denied attempts and reads are kept. */
  auditRetention: number;
  /** Milliseconds that changes and decisions are kept. */
  changesRetention: number;
  /** Figures for Prometheus without a token. */
  metricsOpen: boolean;
  /** The open server answers only loopback Hosts unless this is true. */
  allowRemote: boolean;
  /** Addresses and networks of proxies whose word on the client's address counts. */
  trustProxy: readonly string[];
  /** Connections at a time at most. */
  maxConnections: number;
  /** Bytes of a JSON body at most. */
  bodyLimit: number;
  /** Metric keys of one object at most; a key on a dataset is one by itself. */
  metricKeys: number;
  /** Bytes of a page of a list at most, if it has more than one item. */
  pageBytes: number;
  /** Bytes of all answers that wait for their readers at most. */
  unreadAnswers: number;
  /** Milliseconds without progress after which an answer that nobody reads is ended. */
  answerStallTimeout: number;
  /** Bytes of a file at most. */
  maxFileSize: number;
  /** Milliseconds in which a signed URL of the store can be used. */
  signedUrlExpiry: number;
  /** Milliseconds in which a JSON body must have arrived, and in which a stalled upload is given up. */
  bodyTimeout: number;
  /** Milliseconds that a request may run whose cost its caller decides. */
  queryTimeout: number;
  /** Such requests that run at once for one caller, and in one namespace; those of a caller that wait. */
  costlyPerCaller: number;
  costlyPerNamespace: number;
  costlyQueue: number;
  /** Milliseconds that such a request waits at most. */
  costlyWait: number;
  /** Milliseconds in which a deleted object can be restored. */
  deleteGrace: number;
  /** Milliseconds between two runs of a retention rule. */
  retentionInterval: number;
  /** Milliseconds in which what a retention rule removed can be restored at least; the open server has no minimum. */
  retentionMinGrace: number;
  /** Milliseconds that content without a file is kept. */
  blobGrace: number;
  /** Milliseconds after which an upload to which nothing happens is given up. */
  uploadExpiry: number;
  /** Bytes of stored content to read again a second; 0: none. */
  verifyRate: number;
  /** Checks every answer against the contract; costs time, always on in tests. */
  checkAnswers: boolean;
}

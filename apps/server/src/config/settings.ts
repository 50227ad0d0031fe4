import {
  boolean,
  claimName,
  duration,
  folder,
  integer,
  issuerUrl,
  matching,
  networks,
  postgresUrl,
  principals,
  size,
} from './setting-values.ts';
import { blobLocation, s3Encryption } from './store-values.ts';

/** A setting. The parser, `--help` and the table in the docs derive from `SETTINGS`. */
export interface Setting<T> {
  /** The environment variable; the flag is its lower-case form without `MODELBOX_`, with dashes. */
  readonly env: string;
  readonly default: string | undefined;
  readonly form: string;
  readonly says: string;
  readonly secret?: true;
  /** @throws Error whose message completes the sentence "must be …". */
  parse(text: string): T;
}

const setting = <T>(definition: Setting<T>): Setting<T> => definition;

const perMinute = (env: string, standard: string, says: string): Setting<number> => ({
  env,
  default: standard,
  form: '0-1000000000',
  says: `${says}, on each server. 0: no limit. Has effect only with MODELBOX_AUTH=tokens.`,
  parse: (text) => integer(text, 0, 1_000_000_000),
});

export const SETTINGS = {
  host: setting({
    env: 'MODELBOX_HOST',
    default: '127.0.0.1',
    form: 'address',
    says:
      'Address to listen on. An address other than loopback needs MODELBOX_AUTH=tokens or ' +
      'MODELBOX_ALLOW_REMOTE=true.',
    parse: (text) => matching(text, /^[\w.:-]{1,253}$/, 'a host name or an IP address'),
  }),
  port: setting({
    env: 'MODELBOX_PORT',
    default: '8085',
    form: '0-65535',
    says: 'Port to listen on. 0 chooses a free one.',
    parse: (text) => integer(text, 0, 65_535),
  }),
  auth: setting<'open' | 'tokens'>({
    env: 'MODELBOX_AUTH',
    default: 'open',
    form: 'open, tokens',
    says:
      '`open`: everyone who can reach the server is its administrator. `tokens`: callers need a token of the server ' +
      'or of the OIDC issuer.',
    parse: (text) => matching(text, /^(?:open|tokens)$/, 'open or tokens') as 'open' | 'tokens',
  }),
  oidcIssuer: setting<string | undefined>({
    env: 'MODELBOX_OIDC_ISSUER',
    default: undefined,
    form: 'https://…',
    says:
      'URL of an OpenID Connect issuer. The server accepts its tokens in addition to its own. Needs ' +
      'MODELBOX_AUTH=tokens and MODELBOX_OIDC_AUDIENCE.',
    parse: issuerUrl,
  }),
  oidcAudience: setting<string | undefined>({
    env: 'MODELBOX_OIDC_AUDIENCE',
    default: undefined,
    form: 'audience',
    says: 'Audience (`aud`) that a token of the issuer must have. Needs MODELBOX_OIDC_ISSUER.',
    parse: (text) => matching(text, /^\S{1,500}$/, '1 to 500 characters without spaces'),
  }),
  oidcSubjectClaim: setting({
    env: 'MODELBOX_OIDC_SUBJECT_CLAIM',
    default: 'sub',
    form: 'claim',
    says: 'Claim that identifies a user, `user:…`. Choose a claim that users cannot change themselves.',
    parse: claimName,
  }),
  oidcGroupsClaim: setting({
    env: 'MODELBOX_OIDC_GROUPS_CLAIM',
    default: 'groups',
    form: 'claim',
    says: 'Claim that lists the groups of a caller, `group:…`. A name, or a path such as `realm_access.roles`.',
    parse: claimName,
  }),
  oidcClockSkew: setting({
    env: 'MODELBOX_OIDC_CLOCK_SKEW',
    default: 'PT30S',
    form: 'duration',
    says: 'Largest accepted difference between the clocks of the issuer and the server.',
    parse: (text) => duration(text, 0, 600_000),
  }),
  oidcAdministrators: setting<readonly string[]>({
    env: 'MODELBOX_OIDC_ADMINISTRATORS',
    default: 'none',
    form: 'none, principals',
    says:
      'Principals that administer the server with a token of the issuer: `user:…`, `service:…` or `group:…`, ' +
      'separated by commas.',
    parse: principals,
  }),
  rootCreators: setting<'everyone' | readonly string[]>({
    env: 'MODELBOX_ROOT_CREATORS',
    default: 'none',
    form: 'none, everyone, principals',
    says:
      'Principals that may create namespaces at the root, besides administrators, and become `admin` of them: ' +
      '`user:…`, `service:…` or `group:…`, separated by commas.',
    parse: (text) => (text === 'everyone' ? text : principals(text, 'everyone, none, or ')),
  }),
  mintByTokens: setting({
    env: 'MODELBOX_MINT_BY_TOKENS',
    default: 'true',
    form: 'true, false',
    says:
      'Whether a token may create other tokens. With `false`, only the bootstrap token and callers that sign in ' +
      'with the OIDC issuer may create tokens.',
    parse: boolean,
  }),
  tokenMaxLifetime: setting<number | 'none'>({
    env: 'MODELBOX_TOKEN_MAX_LIFETIME',
    default: 'none',
    form: 'none, duration',
    says:
      'Longest lifetime of a new token. A token that is created without an expiry gets this lifetime. Existing ' +
      'tokens keep theirs.',
    parse: (text) => (text === 'none' ? text : duration(text, 60_000)),
  }),
  tokenIdleExpiry: setting<number | 'none'>({
    env: 'MODELBOX_TOKEN_IDLE_EXPIRY',
    default: 'none',
    form: 'none, duration',
    says: 'Time after which an unused token expires, together with every token that it created. At least an hour.',
    parse: (text) => (text === 'none' ? text : duration(text, 3_600_000)),
  }),
  maxTokens: setting({
    env: 'MODELBOX_MAX_TOKENS',
    default: '1000',
    form: '0-1000000',
    says: 'Most tokens that one user or service may have. Revoked and expired tokens do not count. 0: no limit.',
    parse: (text) => integer(text, 0, 1_000_000),
  }),
  maxOpenUploads: setting({
    env: 'MODELBOX_MAX_OPEN_UPLOADS',
    default: '1000',
    form: '0-1000000',
    says:
      'Most uploads in parts that one caller may have open. 0: no limit. ' +
      'Has effect only with MODELBOX_AUTH=tokens.',
    parse: (text) => integer(text, 0, 1_000_000),
  }),
  maxOpenUploadsNamespace: setting({
    env: 'MODELBOX_MAX_OPEN_UPLOADS_NAMESPACE',
    default: '10000',
    form: '0-1000000',
    says: 'Most open uploads in parts in a root namespace and all namespaces below it. 0: no limit.',
    parse: (text) => integer(text, 0, 1_000_000),
  }),
  uploadQuotaShare: setting({
    env: 'MODELBOX_UPLOAD_QUOTA_SHARE',
    default: '50',
    form: '1-100',
    says:
      'Percent of a quota that the open uploads of one caller may reserve, unless the caller may set that quota. ' +
      '100: the whole quota.',
    parse: (text) => integer(text, 1, 100),
  }),
  rateLimitIdentity: perMinute(
    'MODELBOX_RATE_LIMIT_IDENTITY',
    '60000',
    'Most requests of one caller per minute, with all tokens of the caller',
  ),
  rateLimitAddress: perMinute(
    'MODELBOX_RATE_LIMIT_ADDRESS',
    '120000',
    'Most requests from one address per minute, with IPv6 from one /64 network',
  ),
  rateLimitFailures: perMinute(
    'MODELBOX_RATE_LIMIT_FAILURES',
    '60',
    'Most requests from one address per minute without valid credentials',
  ),
  rateLimitCost: setting({
    env: 'MODELBOX_RATE_LIMIT_COST',
    default: '60000',
    form: '0-1000000000',
    says:
      'Milliseconds per minute that all costly requests of one caller together may run, on each server. Costly ' +
      'requests are lists, previews, backtests, archives and similar requests. 0: no limit. Has effect only with ' +
      'MODELBOX_AUTH=tokens.',
    parse: (text) => integer(text, 0, 1_000_000_000),
  }),
  requestsPerCaller: setting({
    env: 'MODELBOX_REQUESTS_PER_CALLER',
    default: '4',
    form: '1-10000',
    says:
      'Requests of one caller that run at once on each server while other callers are at work. Further requests wait ' +
      'for their turn. Has effect only with MODELBOX_AUTH=tokens.',
    parse: (text) => integer(text, 1, 10_000),
  }),
  costlyPerCaller: setting({
    env: 'MODELBOX_COSTLY_PER_CALLER',
    default: '2',
    form: '1-1000',
    says:
      'Most costly requests of one caller that run at once, on each server. Further requests wait for their turn. ' +
      'Has effect only with MODELBOX_AUTH=tokens.',
    parse: (text) => integer(text, 1, 1000),
  }),
  costlyPerNamespace: setting({
    env: 'MODELBOX_COSTLY_PER_NAMESPACE',
    default: '4',
    form: '1-1000',
    says:
      'Most costly requests about one namespace that run at once, on each server. Further requests wait for their ' +
      'turn. Has effect only with MODELBOX_AUTH=tokens.',
    parse: (text) => integer(text, 1, 1000),
  }),
  costlyQueue: setting({
    env: 'MODELBOX_COSTLY_QUEUE',
    default: '100',
    form: '0-1000',
    says:
      'Most costly requests of one caller that wait for their turn, on each server. Further requests get 429. Has ' +
      'effect only with MODELBOX_AUTH=tokens.',
    parse: (text) => integer(text, 0, 1000),
  }),
  costlyWait: setting({
    env: 'MODELBOX_COSTLY_WAIT',
    default: 'PT10S',
    form: 'duration',
    says:
      'Longest time that a request waits for its turn. Clients wait 60 seconds for an answer, so keep it ' +
      'below half of that.',
    parse: (text) => duration(text, 10, 600_000),
  }),
  auditDenials: setting({
    env: 'MODELBOX_AUDIT_DENIALS',
    default: '300',
    form: '0-1000000000',
    says:
      'Denied attempts of one caller that the audit records one by one in a minute, on each server. The audit ' +
      'counts further attempts in one entry per operation. 0: no limit.',
    parse: (text) => integer(text, 0, 1_000_000_000),
  }),
  bootstrapToken: setting<string | undefined>({
    env: 'MODELBOX_BOOTSTRAP_TOKEN',
    default: undefined,
    form: 'secret',
    says: 'Token of the first administrator, `user:admin`, while no administrator has a token. 32 to 256 characters.',
    secret: true,
    parse: (text) => matching(text, /^\S{32,256}$/, '32 to 256 characters without spaces'),
  }),
  auditReads: setting({
    env: 'MODELBOX_AUDIT_READS',
    default: 'false',
    form: 'true, false',
    says: 'Record in the audit who reads files, archives and the audit itself, before the server sends the first byte.',
    parse: boolean,
  }),
  auditRetention: setting({
    env: 'MODELBOX_AUDIT_RETENTION',
    default: 'P365D',
    form: 'duration',
    says: 'Time for which the audit keeps denied attempts and reads.',
    parse: (text) => duration(text, 3_600_000),
  }),
  changesRetention: setting({
    env: 'MODELBOX_CHANGES_RETENTION',
    default: 'P400D',
    form: 'duration',
    says:
      'Time for which the server keeps changes, which the audit shows as writes, and decisions of policies. The ' +
      'server always keeps the last ones of existing objects. `P36500D` keeps all.',
    // Cached answers are validated by the last change of their object, and live for minutes.
    parse: (text) => duration(text, 3_600_000),
  }),
  metricsOpen: setting({
    env: 'MODELBOX_METRICS_OPEN',
    default: 'false',
    form: 'true, false',
    says: 'Serve `/metrics` without credentials, even if MODELBOX_AUTH=tokens.',
    parse: boolean,
  }),
  allowRemote: setting({
    env: 'MODELBOX_ALLOW_REMOTE',
    default: 'false',
    form: 'true, false',
    says:
      'Allow an open server to listen on an address other than loopback. Everyone who can reach the address is then ' +
      'its administrator. Only for a network that you trust.',
    parse: boolean,
  }),
  trustProxy: setting({
    env: 'MODELBOX_TRUST_PROXY',
    default: 'none',
    form: 'addresses',
    says:
      'Addresses and networks of the trusted proxies in front of the server, separated by commas. The server uses ' +
      'X-Forwarded-For only from these proxies.',
    parse: networks,
  }),
  dataDir: setting({
    env: 'MODELBOX_DATA_DIR',
    default: './.modelbox',
    form: 'folder',
    says: 'Folder of the embedded Postgres and of the files.',
    parse: folder,
  }),
  databaseUrl: setting({
    env: 'DATABASE_URL',
    default: undefined,
    form: 'postgres://…',
    says: 'URL of your own Postgres, version 15 or later. Without it, the server starts an embedded Postgres.',
    secret: true,
    parse: postgresUrl,
  }),
  databasePoolSize: setting({
    env: 'MODELBOX_DATABASE_POOL_SIZE',
    default: '20',
    form: '2-1000',
    says:
      'Most connections to Postgres. The server uses at least 6. Three in ten serve costly requests, so that many ' +
      'costly requests run at once.',
    parse: (text) => integer(text, 2, 1000),
  }),
  allowNewerSchema: setting({
    env: 'MODELBOX_ALLOW_NEWER_SCHEMA',
    default: 'false',
    form: 'true, false',
    says:
      'Start on a database that a newer release has migrated, even if its migrations may not be compatible with ' +
      'this release.',
    parse: boolean,
  }),
  blobs: setting({
    env: 'MODELBOX_BLOBS',
    default: 'disk',
    form: 'disk, s3://bucket/prefix',
    says:
      'Store of uploaded files: `disk` is the data folder. A bucket needs credentials, which come from the same ' +
      'sources as for AWS programs.',
    parse: blobLocation,
  }),
  adoptBlobs: setting({
    env: 'MODELBOX_ADOPT_BLOBS',
    default: 'false',
    form: 'true, false',
    says:
      'Start although the file store lacks the marker of this database, and write the marker. Use it once after you ' +
      'moved or restored files without the marker, then run `npm run verify`.',
    parse: boolean,
  }),
  s3Endpoint: setting<string | undefined>({
    env: 'MODELBOX_S3_ENDPOINT',
    default: undefined,
    form: 'http://…, https://…',
    says: 'URL of an S3 server other than AWS.',
    parse: (text) =>
      matching(text, /^https?:\/\/[\w.:[\]-]+(?:\/[\w./-]*)?$/, 'a URL such as "http://127.0.0.1:7070"'),
  }),
  s3Region: setting<string | undefined>({
    env: 'MODELBOX_S3_REGION',
    default: undefined,
    form: 'region',
    says:
      'Region of the bucket. If not set: AWS_REGION or the AWS profile. With an endpoint and neither of them: ' +
      'us-east-1.',
    parse: (text) => matching(text, /^[a-z0-9-]{1,50}$/, 'a region, for example "eu-central-1"'),
  }),
  s3ForcePathStyle: setting<boolean | undefined>({
    env: 'MODELBOX_S3_FORCE_PATH_STYLE',
    default: undefined,
    form: 'true, false',
    says:
      'Put the bucket into the path of the URL instead of the host name. If not set: true with an endpoint, false ' +
      'on AWS.',
    parse: boolean,
  }),
  s3Sse: setting({
    env: 'MODELBOX_S3_SSE',
    default: 'none',
    form: 'none, AES256, aws:kms, aws:kms:key',
    says: 'Encryption at rest that the server requests from the S3 server. `none` leaves the choice to the bucket.',
    parse: s3Encryption,
  }),
  s3StallTimeout: setting({
    env: 'MODELBOX_S3_STALL_TIMEOUT',
    default: 'PT20S',
    form: 'duration',
    says:
      'Time without progress after which the server cancels a request to the S3 server. Clients wait 60 seconds for ' +
      'an answer, so keep it below half of that.',
    parse: (text) => duration(text, 1000, 600_000),
  }),
  logLevel: setting({
    env: 'MODELBOX_LOG_LEVEL',
    default: 'info',
    form: 'fatal, error, warn, info, debug, trace, silent',
    says: 'Lowest level that is logged. Every request is logged at `info`.',
    parse: (text) =>
      matching(
        text,
        /^(?:fatal|error|warn|info|debug|trace|silent)$/,
        'fatal, error, warn, info, debug, trace or silent',
      ),
  }),
  logFormat: setting({
    env: 'MODELBOX_LOG_FORMAT',
    default: 'auto',
    form: 'auto, json, pretty',
    says: '`json` logs JSON lines, `pretty` logs lines for people. `auto` is `pretty` on a terminal, otherwise `json`.',
    parse: (text) =>
      matching(text, /^(?:auto|json|pretty)$/, 'auto, json or pretty') as 'auto' | 'json' | 'pretty',
  }),
  maxConnections: setting({
    env: 'MODELBOX_MAX_CONNECTIONS',
    default: '10000',
    form: '10-1000000',
    says:
      'Most open connections. The server closes further connections at once. ' +
      'Each connection uses a file descriptor.',
    parse: (text) => integer(text, 10, 1_000_000),
  }),
  bodyLimit: setting({
    env: 'MODELBOX_BODY_LIMIT',
    default: '16MiB',
    form: 'size',
    says: 'Most bytes of a JSON body.',
    parse: (text) => size(text, 1024, 1024 ** 3),
  }),
  metricKeys: setting({
    env: 'MODELBOX_METRIC_KEYS',
    default: '5000',
    form: '100-1000000',
    says:
      'Most metric keys of one object. Each read of the object returns the latest value of every key. A key counts ' +
      'once for each dataset. Objects that already have more keys keep them.',
    parse: (text) => integer(text, 100, 1_000_000),
  }),
  pageBytes: setting({
    env: 'MODELBOX_PAGE_BYTES',
    default: '4MiB',
    form: 'size',
    says:
      'Most bytes of a page of a list. A page ends before this limit even if it has fewer items than `limit`. A ' +
      'page has at least one item.',
    parse: (text) => size(text, 64 * 1024, 1024 ** 3),
  }),
  unreadAnswers: setting({
    env: 'MODELBOX_UNREAD_ANSWERS',
    default: '128MiB',
    form: 'size',
    says:
      'Most bytes of all JSON answers that are in preparation or wait for their readers. With MODELBOX_AUTH=tokens, ' +
      'one caller may use a quarter of them. Above the limit, pages are shorter, and other answers of more than 64 ' +
      'KiB are 503. At least four times MODELBOX_PAGE_BYTES.',
    parse: (text) => size(text, 256 * 1024, 2 ** 40),
  }),
  answerStallTimeout: setting({
    env: 'MODELBOX_ANSWER_STALL_TIMEOUT',
    default: 'PT1M',
    form: 'duration',
    says:
      'Time without progress after which the server ends an answer that its client does not read, and closes the ' +
      'connection. A download or export may stall five times as long.',
    parse: (text) => duration(text, 1000),
  }),
  maxFileSize: setting({
    env: 'MODELBOX_MAX_FILE_SIZE',
    default: '5TiB',
    form: 'size',
    says: 'Most bytes of one uploaded file.',
    parse: (text) => size(text, 1, 2 ** 50),
  }),
  signedUrlExpiry: setting({
    env: 'MODELBOX_SIGNED_URL_EXPIRY',
    default: 'PT15M',
    form: 'duration',
    says: 'Lifetime of a signed URL of the S3 server. Everyone who has the URL can use it. At most 7 days.',
    // S3 allows 7 days.
    parse: (text) => duration(text, 1000, 7 * 86_400_000),
  }),
  bodyTimeout: setting({
    env: 'MODELBOX_BODY_TIMEOUT',
    default: 'PT30S',
    form: 'duration',
    says:
      'Time in which a JSON body must arrive. ' +
      'Also the time without progress after which the server ends an upload.',
    parse: (text) => duration(text, 100),
  }),
  queryTimeout: setting({
    env: 'MODELBOX_QUERY_TIMEOUT',
    default: 'PT20S',
    form: 'duration',
    says:
      'Time limit of a costly request: lists, previews, backtests and similar requests. A request that needs longer ' +
      'is 422.',
    parse: (text) => duration(text, 10),
  }),
  shutdownTimeout: setting({
    env: 'MODELBOX_SHUTDOWN_TIMEOUT',
    default: 'PT30S',
    form: 'duration',
    says: 'Time in which the whole server must stop: requests in flight, background work and the embedded Postgres.',
    parse: (text) => duration(text, 0),
  }),
  deleteGrace: setting({
    env: 'MODELBOX_DELETE_GRACE',
    default: 'P30D',
    form: 'duration',
    says: 'Time for which a deleted object can be restored. After that, the server purges it.',
    parse: (text) => duration(text, 0),
  }),
  retentionInterval: setting({
    env: 'MODELBOX_RETENTION_INTERVAL',
    default: 'PT15M',
    form: 'duration',
    says: 'Time between two runs of the retention rules of policies. An edit of a policy starts a run at once.',
    parse: (text) => duration(text, 1000),
  }),
  retentionMinGrace: setting({
    env: 'MODELBOX_RETENTION_MIN_GRACE',
    default: 'P1D',
    form: 'duration',
    says:
      'Shortest `grace` of a retention rule. Within the grace time, removed objects can be restored. The default of ' +
      'a day leaves time to notice a wrong rule. Has effect only with MODELBOX_AUTH=tokens.',
    parse: (text) => duration(text, 0),
  }),
  blobGrace: setting({
    env: 'MODELBOX_BLOB_GRACE',
    default: 'PT24H',
    form: 'duration',
    says: 'Time after which the server removes content that no file refers to from the store.',
    parse: (text) => duration(text, 0),
  }),
  uploadExpiry: setting({
    env: 'MODELBOX_UPLOAD_EXPIRY',
    default: 'P7D',
    form: 'duration',
    says: 'Time after which an upload in parts expires if no part arrives. The server then removes its parts.',
    parse: (text) => duration(text, 60_000),
  }),
  verifyRate: setting({
    env: 'MODELBOX_VERIFY_RATE',
    default: '8MiB',
    form: 'size',
    says:
      'Bytes of stored content per second that the server reads again to find damaged content. 0: none. The server ' +
      'reads no content twice within 30 days.',
    parse: (text) => size(text, 0, 2 ** 40),
  }),
  checkAnswers: setting({
    env: 'MODELBOX_CHECK_ANSWERS',
    default: 'false',
    form: 'true, false',
    says: 'Check every answer against the contract before it is sent. For tests only, because it costs time.',
    parse: boolean,
  }),
} as const;

/** Returns `data-dir` for `MODELBOX_DATA_DIR`. */
export const flagOf = (env: string): string =>
  env
    .replace(/^MODELBOX_/, '')
    .toLowerCase()
    .replaceAll('_', '-');

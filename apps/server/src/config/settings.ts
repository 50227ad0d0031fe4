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

/** Everything that can be configured: the documentation's table, `--help` and the parser derive from this list. */
export interface Setting<T> {
  /** The environment variable; the flag is its lower-case form without `MODELBOX_`, with dashes. */
  readonly env: string;
  readonly default: string | undefined;
  readonly form: string;
  readonly says: string;
  readonly secret?: true;
  /** @throws an Error whose message ends the sentence "must be …". */
  parse(text: string): T;
}

const setting = <T>(definition: Setting<T>): Setting<T> => definition;

const perMinute = (env: string, standard: string, says: string): Setting<number> => ({
  env,
  default: standard,
  form: '0-1000000000',
  says: `${says}, on each server; 0: any number. Only with MODELBOX_AUTH=tokens.`,
  parse: (text) => integer(text, 0, 1_000_000_000),
});

export const SETTINGS = {
  host: setting({
    env: 'MODELBOX_HOST',
    default: '127.0.0.1',
    form: 'address',
    says: 'Address to listen on. Other than loopback only with MODELBOX_AUTH=tokens or MODELBOX_ALLOW_REMOTE.',
    parse: (text) => matching(text, /^[\w.:-]{1,253}$/, 'a host name or an IP address'),
  }),
  port: setting({
    env: 'MODELBOX_PORT',
    default: '8085',
    form: '0-65535',
    says: 'Port to listen on; 0 takes a free one.',
    parse: (text) => integer(text, 0, 65_535),
  }),
  auth: setting<'open' | 'tokens'>({
    env: 'MODELBOX_AUTH',
    default: 'open',
    form: 'open, tokens',
    says: 'Who may ask: `open` is whoever can reach the server, as its administrator; `tokens` is who has one.',
    parse: (text) => matching(text, /^(?:open|tokens)$/, 'open or tokens') as 'open' | 'tokens',
  }),
  oidcIssuer: setting<string | undefined>({
    env: 'MODELBOX_OIDC_ISSUER',
    default: undefined,
    form: 'https://…',
    says: 'An OpenID Connect issuer whose tokens tell who somebody is, beside those of the server. Only with MODELBOX_AUTH=tokens.',
    parse: issuerUrl,
  }),
  oidcAudience: setting<string | undefined>({
    env: 'MODELBOX_OIDC_AUDIENCE',
    default: undefined,
    form: 'audience',
    says: 'The audience (`aud`) that tokens of the issuer must be for. Goes with the issuer.',
    parse: (text) => matching(text, /^\S{1,500}$/, '1 to 500 characters without spaces'),
  }),
  oidcSubjectClaim: setting({
    env: 'MODELBOX_OIDC_SUBJECT_CLAIM',
    default: 'sub',
    form: 'claim',
    says: 'The claim that names a user: `user:…`. Take one that users cannot choose themselves.',
    parse: claimName,
  }),
  oidcGroupsClaim: setting({
    env: 'MODELBOX_OIDC_GROUPS_CLAIM',
    default: 'groups',
    form: 'claim',
    says: 'The claim that lists the groups, `group:…`: by its name, or a path such as `realm_access.roles`.',
    parse: claimName,
  }),
  oidcClockSkew: setting({
    env: 'MODELBOX_OIDC_CLOCK_SKEW',
    default: 'PT30S',
    form: 'duration',
    says: 'By how much the clocks of the issuer and the server may differ.',
    parse: (text) => duration(text, 0, 600_000),
  }),
  oidcAdministrators: setting<readonly string[]>({
    env: 'MODELBOX_OIDC_ADMINISTRATORS',
    default: 'none',
    form: 'none, principals',
    says: 'Who is an administrator of the server by a token of the issuer, `user:…`, `service:…` or `group:…`, separated by commas.',
    parse: principals,
  }),
  rootCreators: setting<'everyone' | readonly string[]>({
    env: 'MODELBOX_ROOT_CREATORS',
    default: 'none',
    form: 'none, everyone, principals',
    says: 'Who may make namespaces at the root, beside administrators, and becomes `admin` of those: `user:…`, `service:…` or `group:…`, separated by commas.',
    parse: (text) => (text === 'everyone' ? text : principals(text, 'everyone, none, or ')),
  }),
  mintByTokens: setting({
    env: 'MODELBOX_MINT_BY_TOKENS',
    default: 'true',
    form: 'true, false',
    says: 'Whether a token may make other tokens. With `false` only callers that sign in with the OIDC issuer make tokens, and the bootstrap token.',
    parse: boolean,
  }),
  tokenMaxLifetime: setting<number | 'none'>({
    env: 'MODELBOX_TOKEN_MAX_LIFETIME',
    default: 'none',
    form: 'none, duration',
    says: 'How long a new token lasts at most. A token that is made without an expiry expires then. Existing tokens keep theirs.',
    parse: (text) => (text === 'none' ? text : duration(text, 60_000)),
  }),
  tokenIdleExpiry: setting<number | 'none'>({
    env: 'MODELBOX_TOKEN_IDLE_EXPIRY',
    default: 'none',
    form: 'none, duration',
    says: 'Time after which a token that nobody uses expires, and every token that it made. At least an hour.',
    parse: (text) => (text === 'none' ? text : duration(text, 3_600_000)),
  }),
  maxTokens: setting({
    env: 'MODELBOX_MAX_TOKENS',
    default: '1000',
    form: '0-1000000',
    says: 'Tokens that one user or service may have at a time; those that are revoked or expired do not count. 0: any number.',
    parse: (text) => integer(text, 0, 1_000_000),
  }),
  maxOpenUploads: setting({
    env: 'MODELBOX_MAX_OPEN_UPLOADS',
    default: '1000',
    form: '0-1000000',
    says: 'Open uploads in parts that one caller may have at a time. 0: any number. Only with MODELBOX_AUTH=tokens.',
    parse: (text) => integer(text, 0, 1_000_000),
  }),
  maxOpenUploadsNamespace: setting({
    env: 'MODELBOX_MAX_OPEN_UPLOADS_NAMESPACE',
    default: '10000',
    form: '0-1000000',
    says: 'Open uploads in parts at a time in a namespace at the root and all below it. 0: any number.',
    parse: (text) => integer(text, 0, 1_000_000),
  }),
  uploadQuotaShare: setting({
    env: 'MODELBOX_UPLOAD_QUOTA_SHARE',
    default: '50',
    form: '1-100',
    says: 'Percent of a quota that the open uploads of one caller may reserve, unless the caller may set that quota. 100: all of it.',
    parse: (text) => integer(text, 1, 100),
  }),
  rateLimitIdentity: perMinute(
    'MODELBOX_RATE_LIMIT_IDENTITY',
    '60000',
    'Requests that one caller, with all their tokens, may make in a minute',
  ),
  rateLimitAddress: perMinute(
    'MODELBOX_RATE_LIMIT_ADDRESS',
    '120000',
    'Requests from one address in a minute, of IPv6 from one /64',
  ),
  rateLimitFailures: perMinute(
    'MODELBOX_RATE_LIMIT_FAILURES',
    '60',
    'Requests without credentials that count, from one address in a minute',
  ),
  rateLimitCost: setting({
    env: 'MODELBOX_RATE_LIMIT_COST',
    default: '60000',
    form: '0-1000000000',
    says: 'Milliseconds that the costly requests of one caller (lists, previews, backtests, archives and the like) may run in a minute, on each server, all taken together; 0: any number. Only with MODELBOX_AUTH=tokens.',
    parse: (text) => integer(text, 0, 1_000_000_000),
  }),
  costlyPerCaller: setting({
    env: 'MODELBOX_COSTLY_PER_CALLER',
    default: '2',
    form: '1-1000',
    says: 'Costly requests of one caller that run at once, on each server. Further ones wait for their turn. Only with MODELBOX_AUTH=tokens.',
    parse: (text) => integer(text, 1, 1000),
  }),
  costlyPerNamespace: setting({
    env: 'MODELBOX_COSTLY_PER_NAMESPACE',
    default: '4',
    form: '1-1000',
    says: 'Costly requests about one namespace that run at once, on each server. Only with MODELBOX_AUTH=tokens.',
    parse: (text) => integer(text, 1, 1000),
  }),
  costlyQueue: setting({
    env: 'MODELBOX_COSTLY_QUEUE',
    default: '100',
    form: '0-1000',
    says: 'Costly requests of one caller that wait for their turn; further ones get 429. Only with MODELBOX_AUTH=tokens.',
    parse: (text) => integer(text, 0, 1000),
  }),
  costlyWait: setting({
    env: 'MODELBOX_COSTLY_WAIT',
    default: 'PT10S',
    form: 'duration',
    says: 'Time that a costly request waits for its turn at most. Clients wait 60 seconds for an answer: keep it below half of that.',
    parse: (text) => duration(text, 10, 600_000),
  }),
  auditDenials: setting({
    env: 'MODELBOX_AUDIT_DENIALS',
    default: '300',
    form: '0-1000000000',
    says: 'Denied attempts of one caller that the audit records one by one in a minute, on each server; further ones are counted in one entry for each operation. 0: all one by one.',
    parse: (text) => integer(text, 0, 1_000_000_000),
  }),
  bootstrapToken: setting<string | undefined>({
    env: 'MODELBOX_BOOTSTRAP_TOKEN',
    default: undefined,
    form: 'secret',
    says: 'The token of the first administrator, `user:admin`, as long as no administrator has one: at least 32 characters.',
    secret: true,
    parse: (text) => matching(text, /^\S{32,256}$/, '32 to 256 characters without spaces'),
  }),
  auditReads: setting({
    env: 'MODELBOX_AUDIT_READS',
    default: 'false',
    form: 'true, false',
    says: 'Record in the audit who reads files, archives and the audit itself, before the first byte goes out.',
    parse: boolean,
  }),
  auditRetention: setting({
    env: 'MODELBOX_AUDIT_RETENTION',
    default: 'P365D',
    form: 'duration',
    says: 'Time that denied attempts and reads are kept in the audit.',
    parse: (text) => duration(text, 3_600_000),
  }),
  changesRetention: setting({
    env: 'MODELBOX_CHANGES_RETENTION',
    default: 'P400D',
    form: 'duration',
    says: 'Time that changes, which the audit shows as writes, and decisions of policies are kept. The last ones of whatever exists stay. `P36500D` keeps all.',
    // Answers that are cached by their object's last change live for minutes.
    parse: (text) => duration(text, 3_600_000),
  }),
  metricsOpen: setting({
    env: 'MODELBOX_METRICS_OPEN',
    default: 'false',
    form: 'true, false',
    says: 'Answer `/metrics` to whoever asks, also where all else needs a token.',
    parse: boolean,
  }),
  allowRemote: setting({
    env: 'MODELBOX_ALLOW_REMOTE',
    default: 'false',
    form: 'true, false',
    says: 'Open the server, which asks nobody who they are, to whoever can reach its address. For a network that you trust.',
    parse: boolean,
  }),
  trustProxy: setting({
    env: 'MODELBOX_TRUST_PROXY',
    default: 'none',
    form: 'addresses',
    says: 'Addresses and networks of the proxies in front, separated by commas: what they say in X-Forwarded-For counts as the client. Without any, nobody is believed.',
    parse: networks,
  }),
  dataDir: setting({
    env: 'MODELBOX_DATA_DIR',
    default: './.modelbox',
    form: 'folder',
    says: 'Where the embedded Postgres and the files lie.',
    parse: folder,
  }),
  databaseUrl: setting({
    env: 'DATABASE_URL',
    default: undefined,
    form: 'postgres://…',
    says: 'A Postgres ≥ 15 of your own. Without it an embedded one is started.',
    secret: true,
    parse: postgresUrl,
  }),
  databasePoolSize: setting({
    env: 'MODELBOX_DATABASE_POOL_SIZE',
    default: '20',
    form: '2-1000',
    says: 'Connections to Postgres at most, and at least 6. Three in ten are for costly requests: so many run at once.',
    parse: (text) => integer(text, 2, 1000),
  }),
  allowNewerSchema: setting({
    env: 'MODELBOX_ALLOW_NEWER_SCHEMA',
    default: 'false',
    form: 'true, false',
    says: 'Start on a database that a newer release has migrated, even if its migrations may not suit this release.',
    parse: boolean,
  }),
  blobs: setting({
    env: 'MODELBOX_BLOBS',
    default: 'disk',
    form: 'disk, s3://bucket/prefix',
    says: 'Where uploaded files are kept: `disk` is the data folder; a bucket needs credentials, from where AWS programs take them.',
    parse: blobLocation,
  }),
  adoptBlobs: setting({
    env: 'MODELBOX_ADOPT_BLOBS',
    default: 'false',
    form: 'true, false',
    says: 'Start though the place of the files lacks the marker of this database, and mark it. For files that were moved or restored without the marker; then run `npm run verify`.',
    parse: boolean,
  }),
  s3Endpoint: setting<string | undefined>({
    env: 'MODELBOX_S3_ENDPOINT',
    default: undefined,
    form: 'http://…, https://…',
    says: 'An S3 server other than AWS.',
    parse: (text) =>
      matching(text, /^https?:\/\/[\w.:[\]-]+(?:\/[\w./-]*)?$/, 'a URL such as "http://127.0.0.1:7070"'),
  }),
  s3Region: setting<string | undefined>({
    env: 'MODELBOX_S3_REGION',
    default: undefined,
    form: 'region',
    says: 'The region of the bucket. Without it AWS_REGION counts; with an endpoint and neither, us-east-1.',
    parse: (text) => matching(text, /^[a-z0-9-]{1,50}$/, 'a region, for example "eu-central-1"'),
  }),
  s3ForcePathStyle: setting<boolean | undefined>({
    env: 'MODELBOX_S3_FORCE_PATH_STYLE',
    default: undefined,
    form: 'true, false',
    says: 'Name the bucket in the path and not in the host name. Without it: with an endpoint yes, on AWS no.',
    parse: boolean,
  }),
  s3Sse: setting({
    env: 'MODELBOX_S3_SSE',
    default: 'none',
    form: 'none, AES256, aws:kms, aws:kms:key',
    says: 'Encryption at rest to ask the S3 server for; `none` leaves it to the bucket.',
    parse: s3Encryption,
  }),
  s3StallTimeout: setting({
    env: 'MODELBOX_S3_STALL_TIMEOUT',
    default: 'PT20S',
    form: 'duration',
    says: 'Time without progress after which a request to the S3 server is given up. Clients wait 60 seconds for an answer: keep it below half of that.',
    parse: (text) => duration(text, 1000, 600_000),
  }),
  logLevel: setting({
    env: 'MODELBOX_LOG_LEVEL',
    default: 'info',
    form: 'fatal, error, warn, info, debug, trace, silent',
    says: 'The least grave messages that are logged. Every request is logged at `info`.',
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
    says: 'JSON lines, or lines for people; `auto` takes the latter on a terminal.',
    parse: (text) =>
      matching(text, /^(?:auto|json|pretty)$/, 'auto, json or pretty') as 'auto' | 'json' | 'pretty',
  }),
  maxConnections: setting({
    env: 'MODELBOX_MAX_CONNECTIONS',
    default: '10000',
    form: '10-1000000',
    says: 'Connections at a time at most; further ones are closed at once. Each takes a file descriptor.',
    parse: (text) => integer(text, 10, 1_000_000),
  }),
  bodyLimit: setting({
    env: 'MODELBOX_BODY_LIMIT',
    default: '16MiB',
    form: 'size',
    says: 'Bytes of a JSON body at most.',
    parse: (text) => size(text, 1024, 1024 ** 3),
  }),
  metricKeys: setting({
    env: 'MODELBOX_METRIC_KEYS',
    default: '5000',
    form: '100-1000000',
    says: 'Metric keys of one object at most, of which each read of the object shows the latest values. A key on a dataset is one by itself. Objects that have more keep them.',
    parse: (text) => integer(text, 100, 1_000_000),
  }),
  pageBytes: setting({
    env: 'MODELBOX_PAGE_BYTES',
    default: '4MiB',
    form: 'size',
    says: 'Bytes of a page of a list at most: a page ends before them even if it has fewer items than `limit`. A page has at least one item.',
    parse: (text) => size(text, 64 * 1024, 1024 ** 3),
  }),
  unreadAnswers: setting({
    env: 'MODELBOX_UNREAD_ANSWERS',
    default: '128MiB',
    form: 'size',
    says: 'Bytes of all JSON answers that are made or wait for their readers at most; a caller has a quarter of them. Beyond, pages are shorter, and other answers of more than 64 KiB are 503. At least four times MODELBOX_PAGE_BYTES.',
    parse: (text) => size(text, 256 * 1024, 2 ** 40),
  }),
  answerStallTimeout: setting({
    env: 'MODELBOX_ANSWER_STALL_TIMEOUT',
    default: 'PT1M',
    form: 'duration',
    says: 'Time without progress after which an answer that its client does not read is ended, with its connection. A download or export has five times that.',
    parse: (text) => duration(text, 1000),
  }),
  maxFileSize: setting({
    env: 'MODELBOX_MAX_FILE_SIZE',
    default: '5TiB',
    form: 'size',
    says: 'Bytes of one uploaded file at most.',
    parse: (text) => size(text, 1, 2 ** 50),
  }),
  signedUrlExpiry: setting({
    env: 'MODELBOX_SIGNED_URL_EXPIRY',
    default: 'PT15M',
    form: 'duration',
    says: 'Time in which a signed URL of the S3 server can be used: whoever has it needs nothing else. At most 7 days.',
    // What S3 allows.
    parse: (text) => duration(text, 1000, 7 * 86_400_000),
  }),
  bodyTimeout: setting({
    env: 'MODELBOX_BODY_TIMEOUT',
    default: 'PT30S',
    form: 'duration',
    says: 'Time in which a JSON body must have arrived, and after which an upload that stands still is given up.',
    parse: (text) => duration(text, 100),
  }),
  queryTimeout: setting({
    env: 'MODELBOX_QUERY_TIMEOUT',
    default: 'PT20S',
    form: 'duration',
    says: 'Time that a request may run whose cost its caller decides: lists, previews, backtests and the like. One that needs longer is refused.',
    parse: (text) => duration(text, 10),
  }),
  shutdownTimeout: setting({
    env: 'MODELBOX_SHUTDOWN_TIMEOUT',
    default: 'PT30S',
    form: 'duration',
    says: 'Time in which the server stops, with everything: requests in flight, work beside them, the embedded Postgres.',
    parse: (text) => duration(text, 0),
  }),
  deleteGrace: setting({
    env: 'MODELBOX_DELETE_GRACE',
    default: 'P30D',
    form: 'duration',
    says: 'Time in which what was deleted can be restored; then it is purged.',
    parse: (text) => duration(text, 0),
  }),
  retentionInterval: setting({
    env: 'MODELBOX_RETENTION_INTERVAL',
    default: 'PT15M',
    form: 'duration',
    says: 'How often the retention rules of policies are carried out; after an edit of a policy it is at once.',
    parse: (text) => duration(text, 1000),
  }),
  retentionMinGrace: setting({
    env: 'MODELBOX_RETENTION_MIN_GRACE',
    default: 'P1D',
    form: 'duration',
    says: 'Least `grace` of a retention rule, in which what it removed can be restored: a day, so that somebody notices a wrong rule. Only with MODELBOX_AUTH=tokens.',
    parse: (text) => duration(text, 0),
  }),
  blobGrace: setting({
    env: 'MODELBOX_BLOB_GRACE',
    default: 'PT24H',
    form: 'duration',
    says: 'Time after which content that no file refers to any more is removed from the store.',
    parse: (text) => duration(text, 0),
  }),
  uploadExpiry: setting({
    env: 'MODELBOX_UPLOAD_EXPIRY',
    default: 'P7D',
    form: 'duration',
    says: 'Time after which an upload in parts is given up, and its parts removed, if nothing of it came.',
    parse: (text) => duration(text, 60_000),
  }),
  verifyRate: setting({
    env: 'MODELBOX_VERIFY_RATE',
    default: '8MiB',
    form: 'size',
    says: 'Bytes of stored content that are read again a second, to find what has rotted; 0 reads none. No content is read twice within 30 days.',
    parse: (text) => size(text, 0, 2 ** 40),
  }),
  checkAnswers: setting({
    env: 'MODELBOX_CHECK_ANSWERS',
    default: 'false',
    form: 'true, false',
    says: 'Check every answer against the contract before it is sent. For tests: it costs time.',
    parse: boolean,
  }),
} as const;

/** `--data-dir` for `MODELBOX_DATA_DIR`. */
export const flagOf = (env: string): string =>
  env
    .replace(/^MODELBOX_/, '')
    .toLowerCase()
    .replaceAll('_', '-');

import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Config, ConfigError, readConfig, type SettingName } from './config.ts';
import { helpText, settingsTable } from './help.ts';
import { serviceLinks } from './service-links.ts';
import { flagOf, SETTINGS } from './settings.ts';

const read = (env: Record<string, string>, ...flags: string[]): Config => readConfig(flags, env) as Config;

/** For each setting: accepted texts with their parsed value, and refused texts. */
const CASES: Record<SettingName, { takes: [string, unknown][]; refuses: string[] }> = {
  host: {
    takes: [
      ['localhost', 'localhost'],
      ['::1', '::1'],
      ['127.0.0.2', '127.0.0.2'],
    ],
    refuses: ['a b', 'http://x', 'x/y'],
  },
  port: {
    takes: [
      ['0', 0],
      ['65535', 65_535],
    ],
    refuses: ['-1', '65536', '80.5', 'http', ' 80'],
  },
  auth: {
    takes: [
      ['open', 'open'],
      ['tokens', 'tokens'],
    ],
    refuses: ['none', 'Tokens'],
  },
  oidcIssuer: {
    takes: [
      ['https://login.example.com/realms/ml', 'https://login.example.com/realms/ml'],
      ['http://127.0.0.1:9000', 'http://127.0.0.1:9000'],
    ],
    refuses: [
      'http://login.example.com',
      'login.example.com',
      'https://a:b@c',
      'https://a?b',
      'https://a#b',
      'ftp://a',
    ],
  },
  oidcAudience: { takes: [['api://modelbox', 'api://modelbox']], refuses: ['a b', 'x'.repeat(501)] },
  oidcSubjectClaim: { takes: [['email', 'email']], refuses: ['a b'] },
  oidcGroupsClaim: { takes: [['https://example.com/groups', 'https://example.com/groups']], refuses: ['ä'] },
  oidcClockSkew: {
    takes: [
      ['PT0S', 0],
      ['PT10M', 600_000],
    ],
    refuses: ['PT11M', '30'],
  },
  oidcAdministrators: {
    takes: [
      ['none', []],
      ['user:ann@example.com, group:ML Platform', ['user:ann@example.com', 'group:ML Platform']],
    ],
    refuses: ['ann', 'role:x', 'user:a,', 'everyone'],
  },
  rootCreators: {
    takes: [
      ['none', []],
      ['everyone', 'everyone'],
      ['group:/ml/leads', ['group:/ml/leads']],
    ],
    refuses: ['all', 'everyone,user:a'],
  },
  maxTokens: { takes: [['0', 0]], refuses: ['-1', 'none'] },
  maxOpenUploads: { takes: [['5', 5]], refuses: ['1000001'] },
  maxOpenUploadsNamespace: { takes: [['0', 0]], refuses: ['many'] },
  uploadQuotaShare: { takes: [['100', 100]], refuses: ['0', '101', '50%'] },
  rateLimitIdentity: { takes: [['0', 0]], refuses: ['-1', '10/s'] },
  rateLimitAddress: { takes: [['5', 5]], refuses: ['1e3'] },
  rateLimitCost: { takes: [['0', 0]], refuses: ['-1', '60s'] },
  requestsPerCaller: { takes: [['1', 1]], refuses: ['0', 'all'] },
  costlyPerCaller: { takes: [['1', 1]], refuses: ['0', 'all'] },
  costlyPerNamespace: { takes: [['1000', 1000]], refuses: ['0', '1001'] },
  costlyQueue: { takes: [['0', 0]], refuses: ['-1', '1001'] },
  costlyWait: { takes: [['PT5S', 5000]], refuses: ['0', 'PT11M'] },
  rateLimitFailures: { takes: [['1000000000', 1e9]], refuses: ['1000000001'] },
  bootstrapToken: { takes: [['x'.repeat(32), 'x'.repeat(32)]], refuses: ['short', 'with space '.repeat(4)] },
  auditReads: {
    takes: [
      ['true', true],
      ['false', false],
    ],
    refuses: ['yes'],
  },
  mintByTokens: { takes: [['false', false]], refuses: ['no', 'never'] },
  tokenMaxLifetime: {
    takes: [
      ['none', 'none'],
      ['P90D', 90 * 86_400_000],
    ],
    refuses: ['0', 'PT1S', '90 days'],
  },
  tokenIdleExpiry: {
    takes: [
      ['none', 'none'],
      ['PT1H', 3_600_000],
    ],
    refuses: ['0', 'PT59M', 'never'],
  },
  auditDenials: { takes: [['0', 0]], refuses: ['-1', 'all'] },
  auditRetention: {
    takes: [
      ['P365D', 365 * 86_400_000],
      ['PT1H', 3_600_000],
    ],
    refuses: ['PT59M', 'P0D', '365'],
  },
  changesRetention: {
    takes: [
      ['P400D', 400 * 86_400_000],
      ['PT1H', 3_600_000],
      ['P36500D', 36_500 * 86_400_000],
    ],
    refuses: ['PT59M', 'P36501D', 'none'],
  },
  metricsOpen: {
    takes: [
      ['true', true],
      ['false', false],
    ],
    refuses: ['yes'],
  },
  allowRemote: {
    takes: [
      ['true', true],
      ['1', true],
      ['false', false],
      ['0', false],
    ],
    refuses: ['yes', 'TRUE'],
  },
  trustProxy: {
    takes: [
      ['none', []],
      ['10.0.0.1, 192.168.0.0/16,fd00::/8', ['10.0.0.1', '192.168.0.0/16', 'fd00::/8']],
    ],
    refuses: ['true', 'proxy.local', '10.0.0.0/33', '10.0.0.1,', '::/129'],
  },
  dataDir: {
    takes: [
      ['/x/../y', '/y'],
      ['/x/~/$HOME', '/x/~/$HOME'],
      ['./~/x', resolve('~/x')],
    ],
    refuses: ['a\0b', '~', '~/x', '~ann/x', '$HOME/x', '${HOME}/x', '"/srv/x"', "'/srv/x'"],
  },
  databaseUrl: {
    takes: [
      ['postgres://a@b/c', 'postgres://a@b/c'],
      ['postgresql://b', 'postgresql://b'],
    ],
    refuses: ['mysql://b', 'postgres://a b'],
  },
  databasePoolSize: {
    takes: [
      ['2', 2],
      ['1000', 1000],
    ],
    refuses: ['1', '1001', 'many'],
  },
  adoptBlobs: {
    takes: [
      ['true', true],
      ['false', false],
    ],
    refuses: ['yes'],
  },
  allowNewerSchema: {
    takes: [
      ['true', true],
      ['false', false],
    ],
    refuses: ['yes'],
  },
  blobs: {
    takes: [
      ['disk', 'disk'],
      ['s3://my-bucket', { bucket: 'my-bucket', prefix: '' }],
      ['s3://my-bucket/some/where/', { bucket: 'my-bucket', prefix: 'some/where' }],
    ],
    refuses: ['tape', 's3://', 's3://UPPER', 's3://key:secret@bucket', 's3://bucket/a b', 's3://bucket/../x'],
  },
  s3Endpoint: {
    takes: [
      ['http://127.0.0.1:7070', 'http://127.0.0.1:7070'],
      ['https://[::1]:9000/s3', 'https://[::1]:9000/s3'],
    ],
    refuses: ['127.0.0.1:7070', 'http://key:secret@host', 'ftp://host', 'https://host?x'],
  },
  s3Region: { takes: [['eu-central-1', 'eu-central-1']], refuses: ['Europe', 'a b'] },
  s3ForcePathStyle: {
    takes: [
      ['true', true],
      ['false', false],
    ],
    refuses: ['path'],
  },
  s3Sse: {
    takes: [
      ['none', {}],
      ['AES256', { serverSideEncryption: 'AES256' }],
      ['aws:kms', { serverSideEncryption: 'aws:kms' }],
      ['aws:kms:arn:aws:kms:x', { serverSideEncryption: 'aws:kms', kmsKeyId: 'arn:aws:kms:x' }],
    ],
    refuses: ['aes', 'aws:kms:', 'aws:kms:a b'],
  },
  s3StallTimeout: { takes: [['PT20S', 20_000]], refuses: ['PT0.5S', 'PT1H', '20'] },
  logLevel: {
    takes: [
      ['warn', 'warn'],
      ['silent', 'silent'],
    ],
    refuses: ['loud', 'INFO'],
  },
  logFormat: {
    takes: [
      ['json', 'json'],
      ['pretty', 'pretty'],
    ],
    refuses: ['xml'],
  },
  maxConnections: {
    takes: [
      ['10', 10],
      ['1000000', 1_000_000],
    ],
    refuses: ['9', '1e3'],
  },
  bodyLimit: {
    takes: [
      ['1024', 1024],
      ['1KiB', 1024],
      ['2 MiB', 2 ** 21],
    ],
    refuses: ['1023', '1KB', '1.5MiB', '2GiB', '-1'],
  },
  metricKeys: { takes: [['5000', 5000]], refuses: ['0', '99', '2000000', 'many'] },
  pageBytes: {
    takes: [
      ['64KiB', 65_536],
      ['4MiB', 4 * 2 ** 20],
    ],
    refuses: ['0', '65535', '2GiB'],
  },
  unreadAnswers: {
    takes: [
      ['16MiB', 16 * 2 ** 20],
      ['1GiB', 2 ** 30],
    ],
    refuses: ['0', '1KiB', '2000TiB'],
  },
  answerStallTimeout: {
    takes: [
      ['PT1S', 1000],
      ['PT5M', 300_000],
    ],
    refuses: ['PT0S', '60'],
  },
  maxFileSize: {
    takes: [
      ['1', 1],
      ['5TiB', 5 * 2 ** 40],
    ],
    refuses: ['0', 'big', '9999TiB'],
  },
  signedUrlExpiry: {
    takes: [
      ['PT15M', 900_000],
      ['PT1S', 1000],
      ['P7D', 604_800_000],
    ],
    refuses: ['PT0.5S', 'P8D', '15m'],
  },
  bodyTimeout: {
    takes: [
      ['PT0.1S', 100],
      ['PT1M30S', 90_000],
    ],
    refuses: ['PT0S', '30', '30s', 'P', 'PT', 'P1Y', 'P1M'],
  },
  queryTimeout: { takes: [['PT10S', 10_000]], refuses: ['PT0S', 'soon'] },
  shutdownTimeout: {
    takes: [
      ['PT0S', 0],
      ['PT2M', 120_000],
    ],
    refuses: ['-PT1S', '5'],
  },
  deleteGrace: {
    takes: [
      ['P30D', 2_592_000_000],
      ['P1W', 604_800_000],
      ['P1DT12H', 129_600_000],
      ['PT0S', 0],
    ],
    refuses: ['30 days', 'P99999W'],
  },
  retentionInterval: {
    takes: [
      ['PT24H', 86_400_000],
      ['PT1S', 1000],
    ],
    refuses: ['24h', '-PT1S'],
  },
  retentionMinGrace: {
    takes: [
      ['P3D', 259_200_000],
      ['PT0S', 0],
    ],
    refuses: ['1 day', '-PT1S'],
  },
  blobGrace: {
    takes: [
      ['PT24H', 86_400_000],
      ['PT0S', 0],
    ],
    refuses: ['24h', '-PT1S'],
  },
  uploadExpiry: {
    takes: [
      ['P7D', 7 * 86_400_000],
      ['PT1M', 60_000],
    ],
    refuses: ['7d', 'PT59S'],
  },
  verifyRate: {
    takes: [
      ['0', 0],
      ['8MiB', 8 * 2 ** 20],
    ],
    refuses: ['8MB/s', '-1', '2TiB'],
  },
  checkAnswers: { takes: [['true', true]], refuses: ['on'] },
};

/** Settings that another setting requires. */
const OIDC = { MODELBOX_AUTH: 'tokens', MODELBOX_OIDC_ISSUER: 'https://a', MODELBOX_OIDC_AUDIENCE: 'b' };
const BESIDE: { [N in SettingName]?: Record<string, string> } = {
  oidcIssuer: OIDC,
  oidcAudience: OIDC,
  oidcAdministrators: OIDC,
};

describe.each(Object.entries(CASES) as [SettingName, (typeof CASES)[SettingName]][])(
  '%s',
  (name, { takes, refuses }) => {
    const { env } = SETTINGS[name];
    const beside = BESIDE[name] ?? {};

    it.each(takes)('accepts %j', (text, value) => {
      expect(read({ ...beside, [env]: text })[name]).toEqual(value);
      expect(read(beside, `--${flagOf(env)}=${text}`)[name]).toEqual(value);
    });

    it.each(refuses)('refuses %j and names the variable or flag', (text) => {
      expect(() => read({ [env]: text })).toThrow(new RegExp(`^${env} must be .`));
      expect(() => read({}, `--${flagOf(env)}=${text}`)).toThrow(new RegExp(`^--${flagOf(env)} must be .`));
    });
  },
);

describe('readConfig', () => {
  it('prefers flags to the environment to defaults, and ignores an empty variable', () => {
    expect(read({}).port).toBe(8085);
    expect(read({ MODELBOX_PORT: '' }).port).toBe(8085);
    expect(read({ MODELBOX_PORT: '1' }).port).toBe(1);
    expect(read({ MODELBOX_PORT: '1' }, '--port', '2').port).toBe(2);
    expect(read({}).databaseUrl).toBeUndefined();
  });

  it('reports all faults at once', () => {
    const wrong = () => read({ MODELBOX_PORT: 'x', MODELBOX_BLOBS: 'y', MODELBOX_NOSUCH: 'z' });
    expect(wrong).toThrow(ConfigError);
    expect(wrong).toThrow(
      /MODELBOX_PORT must be.*\nMODELBOX_BLOBS must be.*\nMODELBOX_NOSUCH is not a setting/,
    );
  });

  it('never repeats a secret', () => {
    expect(() => read({ DATABASE_URL: 'mysql://me:hunter2@x' })).toThrow(
      /^DATABASE_URL must be a URL such as \S+ that begins with postgres:\/\/\.$/,
    );
    for (const url of [
      'postgres://u:hun@ter/w%r#d@host/db',
      'postgres://u:hunter/2@host/db',
      'postgres://u:hunter?2@host/db',
      'postgres://u:hunter#2@host/db',
      'postgres://u:1/hunter@host/db',
      'postgres://u:1?hunter@host/db',
      'postgres://u:hunter%zz@host/db',
      'postgres://u:hunter 2@host/db',
      'postgres://u:hunter2@host:port/db',
      'postgres://u:hunter2@host/db/more',
      // Without a host, an error would print `u` or `hun` as the host and 12 as the port.
      'postgres://u:12?x',
      'postgres://u:12?x=1',
      'postgres://u:12?host',
      'postgres://u:p@hun?ter',
    ]) {
      for (const wrong of [() => read({ DATABASE_URL: url }), () => read({}, '--database-url', url)]) {
        expect(wrong).toThrow(/percent-encoded/);
        expect(wrong).not.toThrow(/hun|ter\/w|w%r|u:12/);
      }
    }
    for (const url of ['postgres://host?user=me', 'postgres://u:p@host:1?schema=s&pgbouncer=true'])
      expect(() => read({ DATABASE_URL: url })).not.toThrow();
    const endpoint = 'http://me:hunter2@127.0.0.1:7070';
    expect(() => read({ MODELBOX_S3_ENDPOINT: endpoint })).toThrow(/^MODELBOX_S3_ENDPOINT must be [^@]*\.$/);
    expect(() => read({ MODELBOX_OIDC_ISSUER: 'https://me:hunter2@x/' })).not.toThrow(/hunter2/);
    expect(() => read({ MODELBOX_BLOBS: 's3://me:hunter2@bucket' })).not.toThrow(/hunter2/);
    expect(() => read({}, 'postgres://me:hunter2@x/y')).not.toThrow(/hunter2/);
  });

  it('ignores variables of clients and of other programs', () => {
    expect(() =>
      read({ MODELBOX_ADDR: 'x', MODELBOX_TOKEN: 'y', MODELBOX_TEST_DATABASE_URL: 'z', PORT: 'w' }),
    ).not.toThrow();
  });

  const linksOf = (service: string, address: string, port: number, protocol = 'tcp') => {
    const url = `${protocol}://${address.includes(':') ? `[${address}]` : address}:${port}`;
    const prefix = `${service}_PORT_${port}_${protocol.toUpperCase()}`;
    return {
      [`${service}_SERVICE_HOST`]: address,
      [`${service}_SERVICE_PORT`]: String(port),
      [`${service}_SERVICE_PORT_HTTP_API`]: String(port),
      [`${service}_PORT`]: url,
      [prefix]: url,
      [`${prefix}_PROTO`]: protocol,
      [`${prefix}_PORT`]: String(port),
      [`${prefix}_ADDR`]: address,
    };
  };

  it.each([
    ['of a service named modelbox', linksOf('MODELBOX', '10.96.0.5', 8085)],
    ['of a neighbour', linksOf('MODELBOX_DB', '10.96.0.6', 5432)],
    ['of a neighbour over UDP', linksOf('MODELBOX_STATS', '10.96.0.6', 8125, 'udp')],
    ['of a neighbour over SCTP', linksOf('MODELBOX_2', '10.96.0.6', 9, 'sctp')],
    ['over IPv6', linksOf('MODELBOX', 'fd00:10:96::5', 8085)],
  ])('ignores the service links %s, and names them', (_, env) => {
    expect(read(env)).toEqual(read({}));
    expect(serviceLinks(env)).toEqual(Object.keys(env).sort());
    expect(read(env, '--port', '9000').port).toBe(9000);
  });

  it.each([
    { MODELBOX_PROT: '8085' },
    { MODELBOX_SERVICE_PRT: '8085' },
    { MODELBOX_SERVICE_HOST: 'somewhere' },
    { MODELBOX_DB_PORT: '5432' },
    { MODELBOX_PORT_8085_TCP: '8085' },
    { MODELBOX_PORTS: 'tcp://10.96.0.5:8085' },
  ])('refuses %j, which is neither a setting nor a service link', (env) => {
    expect(() => read(env)).toThrow(/ is not a setting; see --help/);
  });

  it('refuses a service link as a flag, and a URL in MODELBOX_PORT that is not a link', () => {
    expect(() => read({}, '--port', 'tcp://10.96.0.5:8085')).toThrow(/^--port must be/);
    expect(() => read({ MODELBOX_PORT: 'http://10.96.0.5:8085' })).toThrow(/^MODELBOX_PORT must be/);
  });

  it.each(['--nosuch', '--port', 'start'])('refuses the argument %s', (flag) => {
    expect(() => read({}, flag)).toThrow(/See --help/);
  });

  it('refuses a page size above a quarter of the memory for unread answers, and says what to change', () => {
    expect(() => read({ MODELBOX_PAGE_BYTES: '64MiB' })).toThrow(
      /^MODELBOX_UNREAD_ANSWERS must be at least 4 times MODELBOX_PAGE_BYTES, which is 67108864 bytes: raise it/,
    );
    expect(read({ MODELBOX_PAGE_BYTES: '64MiB', MODELBOX_UNREAD_ANSWERS: '256MiB' }).pageBytes).toBe(
      64 * 2 ** 20,
    );
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'example.org'])(
    'listens on %s only with MODELBOX_ALLOW_REMOTE',
    (host) => {
      expect(() => read({ MODELBOX_HOST: host })).toThrow(/MODELBOX_ALLOW_REMOTE=true/);
      expect(read({ MODELBOX_HOST: host, MODELBOX_ALLOW_REMOTE: 'true' }).host).toBe(host);
    },
  );

  it('refuses an incomplete set of OIDC settings, and an issuer for an open server', () => {
    const { MODELBOX_AUTH, MODELBOX_OIDC_ISSUER, MODELBOX_OIDC_AUDIENCE } = OIDC;
    expect(() => read({ MODELBOX_OIDC_ISSUER, MODELBOX_OIDC_AUDIENCE })).toThrow(/MODELBOX_AUTH=tokens/);
    expect(() => read({ MODELBOX_AUTH, MODELBOX_OIDC_ISSUER })).toThrow(/MODELBOX_OIDC_AUDIENCE/);
    expect(() => read({ MODELBOX_AUTH, MODELBOX_OIDC_AUDIENCE })).toThrow(/MODELBOX_OIDC_ISSUER/);
    expect(() => read({ MODELBOX_AUTH, MODELBOX_OIDC_ADMINISTRATORS: 'user:a' })).toThrow(/no effect/);
  });

  it('accepts help and version even if other settings are wrong', () => {
    for (const flag of ['--help', '-h']) expect(readConfig([flag], { MODELBOX_PORT: 'x' })).toBe('help');
    for (const flag of ['--version', '-v']) expect(readConfig([flag], {})).toBe('version');
  });
});

it.each(Object.entries(SETTINGS))(
  '%s: accepts the examples of its own error message',
  (_, { env, parse }) => {
    for (const nonsense of ['\0', ' ', '-1', 'P40000D', 'PT0S', '99999999999999999', 'x'.repeat(3000)]) {
      let refusal = '';
      try {
        parse(nonsense);
      } catch (error) {
        refusal = (error as Error).message;
      }
      const examples = [...refusal.matchAll(/"([^"]+)"/g)].map(([, example]) => example ?? '');
      for (const example of examples) expect(() => parse(example), `${env}: ${refusal}`).not.toThrow();
    }
  },
);

it('shows only examples that are long enough if an upload expiry is too short', () => {
  expect(() => read({ MODELBOX_UPLOAD_EXPIRY: 'PT30S' })).toThrow(
    'must be an ISO 8601 duration, for example "PT15M" or "P7D", from 60 seconds to 36500 days, not "PT30S"',
  );
});

it('lists every setting with its default in the help and in the table', () => {
  for (const { env, default: value, says } of Object.values(SETTINGS)) {
    for (const part of [env, `--${flagOf(env)}`, says]) {
      expect(helpText('1.2.3')).toContain(part);
      expect(settingsTable()).toContain(part);
    }
    expect(settingsTable()).toContain(value ?? 'none');
  }
});

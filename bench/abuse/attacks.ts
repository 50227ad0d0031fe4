import { hostileBodies } from './hostile-json.ts';
import { type Attackers, heavyMetadata, METADATA_KEYS } from './teams.ts';

export interface Attack {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly body?: Buffer;
  /** How the client reads the answer, or sends the body. Default: at full speed. */
  readonly pace?: 'reads nothing' | 'reads a byte a second' | 'sends a byte a second' | 'sends half';
}

/** Each function returns the next request of an attack, varied by a new number. */
export type Attacks = readonly ((n: number) => Attack)[];

const FILTER_MAX = 4000;

/** A filter of maximum length. Each pattern scans every character of a value. */
function costlyFilter(seed: number): string {
  const terms: string[] = [];
  for (let n = seed, length = 0; length < FILTER_MAX - 50; n++) {
    const term = `metadata.k${n % METADATA_KEYS} LIKE '%${(n * 7919) % 97}%a%b%'`;
    length += term.length + 4;
    terms.push(term);
  }
  return terms.join(' OR ');
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

export function attacksOfViewer({ heavy, plain, run, filed, files }: Attackers, foreign: string): Attacks {
  const keep = Array.from({ length: 32 }, (_, n) => ({ filter: costlyFilter(n) }));
  const retain = json({ policy: { retain: { versions: { keep, remove: 'object' } } } });
  const keepBest = Array.from({ length: 32 }, (_, n) => ({ best: n + 1, metric: 'loss', direction: 'min' }));
  const retainBelow = json({
    policy: {
      retain: { versions: { keep, remove: 'object' }, checkpoints: { keep: keepBest, remove: 'object' } },
    },
  });
  const label = json({
    policy: {
      label: Array.from({ length: 64 }, (_, n) => ({
        name: `rule-${n}`,
        tag: `tag-${n}`,
        metric: 'acc',
        direction: 'max',
        than: 'any',
        filter: costlyFilter(n),
      })),
    },
  });
  const promote = json({
    policy: {
      promote: Array.from({ length: 32 }, (_, n) => ({
        name: `rule-${n}`,
        metric: 'loss',
        direction: 'min',
        per: 'all',
        filter: costlyFilter(n),
        version: `{experiment}-{step}-${n}`,
      })),
    },
  });
  const backtest = json({
    rule: {
      name: 'rule',
      alias: 'champion',
      metric: 'acc',
      direction: 'max',
      than: 'any',
      filter: `NOT (${costlyFilter(0)})`,
      notWorse: Array.from({ length: 64 }, () => ({ metric: 'loss', direction: 'min' })),
    },
  });
  const filter = (n: number) => encodeURIComponent(`NOT (${costlyFilter(n)})`);
  const order = encodeURIComponent(
    'metadata.k1, metadata.k2 DESC, metadata.k3, metrics.acc, metrics.loss DESC',
  );
  const post = (name: string, path: string, body: Buffer) => (): Attack => ({
    name,
    method: 'POST',
    path,
    body,
  });
  const get =
    (name: string, path: (n: number) => string, pace?: Attack['pace']) =>
    (n: number): Attack => ({
      name,
      method: 'GET',
      path: path(n),
      ...(pace ? { pace } : {}),
    });
  const whole = `/v1/models/${heavy}/versions?limit=1000`;
  return [
    post('retention preview', `/v1/models/${heavy}/policy/preview?limit=1000`, retain),
    post('retention preview of a namespace', '/v1/namespaces/team-a/policy/preview?limit=1000', retainBelow),
    post('label preview', `/v1/models/${heavy}/policy/preview?limit=1000`, label),
    post('label preview, small versions', `/v1/models/${plain}/policy/preview?limit=1000`, label),
    post('promotion preview', `/v1/models/${plain}/policy/preview?limit=1000`, promote),
    post('backtest', `/v1/models/${heavy}/policy/backtest`, backtest),
    post('backtest, small versions', `/v1/models/${plain}/policy/backtest`, backtest),
    get('list by a costly filter', (n) => `${whole}&filter=${filter(n)}`),
    get('list in a costly order', () => `${whole}&orderBy=${order}`),
    get('list of 1,000', () => whole),
    get('list of checkpoints', () => `/v1/experiments/${run}/checkpoints?limit=1000&orderBy=metrics.loss`),
    get('decisions', () => `/v1/models/${heavy}/decisions?limit=1000`),
    get('evaluations', () => `/v1/models/${heavy}/evaluations?limit=1000`),
    get('series', () => `/v1/experiments/${run}/metrics?limit=1000`),
    get('series, down-sampled', () => `/v1/experiments/${run}/metrics?points=10000`),
    get('tar', () => `/v1/versions/${filed}/archive?format=tar`),
    get('zip', () => `/v1/versions/${filed}/archive?format=zip`),
    get('file', (n) => `/v1/versions/${filed}/files/${files[n % files.length]}`),
    get('export of the audit', () => '/v1/audit/export?namespace=team-a'),
    get('list that nobody reads', () => whole, 'reads nothing'),
    get('archive that nobody reads', () => `/v1/versions/${filed}/archive`, 'reads nothing'),
    get('list that is read slowly', () => whole, 'reads a byte a second'),
    ...denied(foreign, heavy),
  ];
}

/** Operations that no other attack uses, so that the benchmark can compare their number with the audit. */
export const DENIED_ROUTES = ['models.delete', 'models.update'] as const;
export const DENIED = 'denied attempt';

const denied = (foreign: string, own: string): Attacks => [
  () => ({ name: DENIED, method: 'DELETE', path: `/v1/models/${foreign}` }),
  () => ({ name: DENIED, method: 'PATCH', path: `/v1/models/${own}`, body: json({ description: 'mine' }) }),
];

export function attacksOfContributor(team: Attackers, foreign: string): Attacks {
  const { plain, run, filed } = team;
  const hostile = [...hostileBodies()].map(
    ([name, body]) =>
      (): Attack => ({
        name: `hostile JSON: ${name}`,
        method: 'POST',
        path: `/v1/models/${plain}/versions`,
        body,
      }),
  );
  const newKeys = (n: number) =>
    json({ metrics: Array.from({ length: 10_000 }, (_, key) => ({ key: `key-${n}-${key}`, value: key })) });
  const heavyVersion = (n: number) =>
    json({
      version: `new-${process.pid}-${n}`,
      metadata: heavyMetadata(),
      files: Array.from({ length: 1000 }, (_, file) => `s3://team-a/${n}/${file}`),
    });
  const newUpload = (n: number) =>
    json({ experiment: run, path: `left/${process.pid}-${n}`, sizeBytes: 64 * 2 ** 20 });
  return [
    ...attacksOfViewer(team, foreign),
    ...hostile,
    (n) => ({
      name: '10,000 new metric keys',
      method: 'POST',
      path: `/v1/experiments/${run}/metrics`,
      body: newKeys(n),
    }),
    (n) => ({
      name: '10,000 new metric keys',
      method: 'POST',
      path: `/v1/versions/${filed}/metrics`,
      body: newKeys(n),
    }),
    (n) => ({
      name: 'large version',
      method: 'POST',
      path: `/v1/models/${plain}/versions`,
      body: heavyVersion(n),
    }),
    (n) => ({ name: 'upload that is left', method: 'POST', path: '/v1/uploads', body: newUpload(n) }),
    (n) => ({
      name: 'file that is sent by half',
      method: 'PUT',
      path: `/v1/experiments/${run}/files/half-${n}`,
      body: Buffer.alloc(8 * 2 ** 20),
      pace: 'sends half',
    }),
    (n) => ({
      name: 'JSON that is sent slowly',
      method: 'POST',
      path: `/v1/models/${plain}/versions`,
      body: heavyVersion(n),
      pace: 'sends a byte a second',
    }),
  ];
}

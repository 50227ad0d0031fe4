import { randomBytes } from 'node:crypto';
import type { Bench } from '../benchmark.ts';
import { checkpointBody, pointsOf } from '../support/bodies.ts';
import type { Subject } from '../support/server.ts';

export interface Member {
  readonly name: string;
  readonly token: string;
}

/** Team A sends the attacks. Its objects are as large as the limits allow. */
export interface Attackers {
  readonly viewer: Member;
  readonly contributor: Member;
  /** Ids of models: versions with 60 kB of metadata each, and small versions with a history. */
  readonly heavy: string;
  readonly plain: string;
  readonly filed: string;
  readonly files: readonly string[];
  readonly run: string;
}

/** Team B does ordinary work. */
export interface Workers {
  readonly member: Member;
  readonly model: string;
  readonly version: string;
  readonly run: string;
}

export interface Teams {
  readonly attackers: Attackers;
  readonly workers: Workers;
}

type Api = <Body = { id: string }>(method: string, path: string, body?: unknown) => Promise<Body>;

/** Keys in the metadata of a heavy version, each with this many characters. */
export const METADATA_KEYS = 100;
const CHARACTERS = 590;

export async function makeTeams(bench: Bench, server: Subject, adminToken: string): Promise<Teams> {
  const admin = apiOf(server, adminToken);
  const teams = {
    attackers: await makeAttackers(bench, server, admin),
    workers: await makeWorkers(bench, server, admin),
  };
  return teams;
}

async function makeAttackers(bench: Bench, server: Subject, admin: Api): Promise<Attackers> {
  const { id: heavy } = await admin('POST', '/v1/models', { namespace: 'team-a', name: 'heavy' });
  const { id: plain } = await admin('POST', '/v1/models', { namespace: 'team-a', name: 'plain' });
  const { id: run } = await admin('POST', '/v1/experiments', { namespace: 'team-a', name: 'run' });
  const [viewer, contributor] = await Promise.all([
    makeMember(admin, 'team-a', 'viewer'),
    makeMember(admin, 'team-a', 'contributor'),
  ]);
  const api = apiOf(server, contributor.token);
  const share = bench.quick ? 5 : 1;
  await inTurn(1000 / share, (n) =>
    api('POST', `/v1/models/${heavy}/versions`, {
      version: `v${n}`,
      files: [],
      metadata: heavyMetadata(),
      metrics: { acc: n / 1000, loss: 1000 - n },
    }),
  );
  await inTurn(500 / share, async (n) => {
    const { id } = await api('POST', `/v1/models/${plain}/versions`, {
      version: `v${n}`,
      files: [],
      metrics: { acc: n },
    });
    for (let step = 1; step <= 2; step++)
      await api('POST', `/v1/versions/${id}/metrics`, {
        metrics: [{ key: 'acc', value: n + step / 10, step }],
      });
  });
  await inTurn(300 / share, (n) => api('POST', `/v1/experiments/${run}/checkpoints`, checkpointBody(0, n)));
  const batch = { points: 10_000, series: 4, times: true };
  await inTurn(20 / share, (n) =>
    api('POST', `/v1/experiments/${run}/metrics`, { metrics: pointsOf(batch, n) }),
  );
  const filed = await api('POST', `/v1/models/${plain}/versions`, { version: 'filed' });
  const files = Array.from({ length: 200 / share }, (_, n) => `part-${n}.bin`);
  await inTurn(files.length, (n) =>
    upload(server, contributor.token, `/v1/versions/${filed.id}/files/${files[n]}`, 128 * 1024),
  );
  await api('POST', `/v1/versions/${filed.id}/finalize`);
  return { viewer, contributor, heavy, plain, filed: filed.id, files, run };
}

async function makeWorkers(bench: Bench, server: Subject, admin: Api): Promise<Workers> {
  const { id: model } = await admin('POST', '/v1/models', { namespace: 'team-b', name: 'detector' });
  const member = await makeMember(admin, 'team-b', 'contributor');
  const api = apiOf(server, member.token);
  let version = '';
  await inTurn(bench.quick ? 100 : 300, async (n) => {
    const made = await api('POST', `/v1/models/${model}/versions`, {
      version: `v${n}`,
      files: [`s3://team-b/v${n}/model.pt`],
      metadata: { train: { lr: 0.001 * n, epochs: 90 }, license: 'mit' },
      metrics: { mAP: Math.random(), loss: Math.random() },
    });
    version = made.id;
  });
  await admin('PUT', `/v1/models/${model}/aliases/prod`, { version });
  const { id: run } = await api('POST', '/v1/experiments', { namespace: 'team-b', name: 'run' });
  return { member, model, version, run };
}

async function makeMember(admin: Api, namespace: string, role: string): Promise<Member> {
  const name = `user:${namespace}-${role}`;
  await admin('PUT', `/v1/namespaces/${namespace}/grants/${encodeURIComponent(name)}`, { role });
  const { token } = await admin<{ token: string }>('POST', '/v1/tokens', { name: 'bench', principal: name });
  return { name, token };
}

export const heavyMetadata = (): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: METADATA_KEYS }, (_, n) => [
      `k${n}`,
      randomBytes((CHARACTERS * 3) / 4)
        .toString('base64')
        .slice(0, CHARACTERS),
    ]),
  );

function apiOf(server: Subject, token: string): Api {
  return async (method, path, body) => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as never;
  };
}

/** Uploads a file, and retries after a 503: uploads to one version lock it, so a slow machine may refuse some. */
async function upload(server: Subject, token: string, path: string, bytes: number): Promise<void> {
  const response = await fetch(`${server.url}${path}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    body: randomBytes(bytes),
  });
  const text = await response.text();
  if (response.status === 503) return upload(server, token, path, bytes);
  if (!response.ok) throw new Error(`PUT ${path}: ${response.status} ${text}`);
}

async function inTurn(count: number, work: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CephOptions, cephConfig } from './ceph-config.ts';
import { type CephTools, cephTools } from './ceph-tools.ts';
import { isAlive, killHard } from './processes.ts';

/** A cluster with any number of S3 gateways. */
export interface Ceph {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Starts another gateway to the same objects (0.3 s). */
  openGateway(): Promise<Gateway>;
  /** Ends all processes and removes the folder. */
  stop(): Promise<void>;
}

export interface Gateway {
  readonly endpoint: string;
  /** Kills the gateway by SIGKILL, which breaks its connections. */
  kill(): Promise<void>;
  /** Restarts the gateway at the same endpoint. */
  start(): Promise<void>;
}

/** Separate from the folders of test databases, which have their own cleanup. */
const prefix = 'modelbox-s3-test-';

/** The size of the sparse disk file, which uses only the written space. */
const usualDiskBytes = 20 * 2 ** 30;

/**
 * Starts a cluster (3 s) in a temporary folder. Stops and removes the remains of killed runs first.
 * @param diskBytes the maximum size of all objects together, and some more.
 */
export async function startCeph(root: string, diskBytes = usualDiskBytes): Promise<Ceph> {
  await removeAbandoned();
  const dataDir = await mkdtemp(join(tmpdir(), prefix));
  await writeFile(join(dataDir, 'owner'), String(process.pid));
  for (const name of ['mon', 'osd', 'run', 'log', 'rgw', 'pids']) await mkdir(join(dataDir, name));
  const tools = cephTools(root, dataDir);
  const keys = { accessKeyId: 'MODELBOXTEST', secretAccessKey: randomBytes(20).toString('hex') };
  try {
    await makeCluster(tools, { root, dataDir, diskBytes });
    const user = ['--uid=test', '--display-name=test', `--access-key=${keys.accessKeyId}`];
    const config = ['-c', join(dataDir, 'ceph.conf'), '-n', 'client.admin'];
    const secret = `--secret-key=${keys.secretAccessKey}`;
    await tools.run('radosgw-admin', ...config, 'user', 'create', ...user, secret);
  } catch (error) {
    await remove(dataDir);
    throw error;
  }
  let count = 0;
  return {
    ...keys,
    openGateway: async () => {
      const gateway = createGateway(tools, dataDir, `gateway-${++count}`, await freePorts(1));
      await gateway.start();
      return gateway;
    },
    stop: () => remove(dataDir),
  };
}

async function makeCluster(tools: CephTools, options: Omit<CephOptions, 'port'>): Promise<void> {
  const { dataDir } = options;
  const at = (...path: string[]) => join(dataDir, ...path);
  const config = ['-c', at('ceph.conf')];
  const port = await freePorts(52);
  const fsid = randomUUID();
  await writeFile(at('ceph.conf'), cephConfig({ ...options, port }, fsid));
  const caps = ['--cap', 'mon', 'allow *'];
  await tools.run('ceph-authtool', '--create-keyring', at('keyring'), '--gen-key', '-n', 'mon.', ...caps);
  const admin = ['--gen-key', '-n', 'client.admin', ...caps, '--cap', 'osd', 'allow *'];
  await tools.run('ceph-authtool', at('keyring'), ...admin);
  const monitor = ['--addv', 'a', `[v2:127.0.0.1:${port}]`, '--fsid', fsid, '--clobber'];
  await tools.run('monmaptool', '--create', ...monitor, at('monmap'));
  const mkfs = ['--mkfs', '-i', 'a', '--monmap', at('monmap'), '--keyring', at('keyring')];
  await tools.run('ceph-mon', ...config, ...mkfs);
  tools.daemon('mon', 'ceph-mon', '-i', 'a');

  const uuid = randomUUID();
  const key = (await tools.run('ceph-authtool', '--gen-print-key')).trim();
  await writeFile(at('osd.json'), JSON.stringify({ cephx_secret: key }));
  const ofDisk = ['--create-keyring', at('osd', 'keyring'), '-n', 'osd.0', '--add-key', key];
  await tools.run('ceph-authtool', ...ofDisk);
  await tools.ceph('-n', 'client.admin', 'osd', 'new', uuid, '-i', at('osd.json'));
  await tools.run('ceph-osd', ...config, '-i', '0', '--mkfs', '--osd-uuid', uuid);
  tools.daemon('osd', 'ceph-osd', '-i', '0');
}

function createGateway(tools: CephTools, dataDir: string, name: string, port: number): Gateway {
  const endpoint = `http://127.0.0.1:${port}`;
  let pid = 0;
  return {
    endpoint,
    start: async () => {
      const listen = `--rgw_frontends=beast endpoint=127.0.0.1:${port}`;
      pid = tools.daemon(name, 'radosgw', '-n', 'client.admin', listen);
      for (let waited = 0; waited < 60_000; waited += 50) {
        if (!isAlive(pid)) throw new Error(`the S3 gateway ended; see ${join(dataDir, 'log', name)}.out`);
        if (await answers(endpoint)) return;
        await sleep(50);
      }
      throw new Error('the S3 gateway did not answer within a minute');
    },
    kill: () => killHard(pid, dataDir),
  };
}

const answers = (endpoint: string): Promise<boolean> =>
  fetch(endpoint, { signal: AbortSignal.timeout(1000) }).then(
    (response) => response.text().then(() => true),
    () => false,
  );

/** Finds the first of several consecutive ports whose first is free, below the range that the system assigns. */
async function freePorts(count: number): Promise<number> {
  for (;;) {
    const port = 12_000 + (randomBytes(2).readUInt16BE() % (20_000 - count));
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}

/** Ends the processes of this folder, and removes it. */
async function remove(dataDir: string): Promise<void> {
  const pids = existsSync(join(dataDir, 'pids')) ? await readdir(join(dataDir, 'pids')) : [];
  for (const name of pids)
    await killHard(Number(await readFile(join(dataDir, 'pids', name), 'utf8')), dataDir);
  await rm(dataDir, { recursive: true, force: true });
}

async function removeAbandoned(): Promise<void> {
  for (const name of (await readdir(tmpdir())).filter((entry) => entry.startsWith(prefix))) {
    const dataDir = join(tmpdir(), name);
    const { uid, mtimeMs } = await stat(dataDir);
    const owner = await readFile(join(dataDir, 'owner'), 'utf8').catch(() => undefined);
    // Without an owner, another run may be creating the folder.
    const isOver = owner === undefined ? Date.now() - mtimeMs > 60_000 : !isAlive(Number(owner));
    if (uid === process.getuid?.() && isOver) await remove(dataDir);
  }
}

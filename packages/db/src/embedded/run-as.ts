import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { binariesIn, type PostgresBinaries } from './binaries.ts';
import { EmbeddedPostgresError } from './errors.ts';

/**
 * The user that runs Postgres, which refuses to run as root.
 * - `self`: the current, ordinary user.
 * - `namespace`: the current user is root, and a user namespace shows another id. Files stay owned by root, and
 *   private folders work.
 * - `user`: the current user is root, and Postgres runs as another user, who must reach data and binaries.
 */
export type RunAs = { kind: 'self' } | { kind: 'namespace' } | ({ kind: 'user' } & User);

interface User {
  uid: number;
  gid: number;
}

// The environment of the server must not affect Postgres (PGPORT, PGDATA, a locale that translates parsed output).
const childEnv = {
  LC_ALL: 'C',
  TZ: 'UTC',
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
};

/** Starts a program of Postgres as the user, in its own session, so that Ctrl-C reaches the server first. */
export function spawnAs(runAs: RunAs, file: string, args: string[], options: SpawnOptions): ChildProcess {
  const all: SpawnOptions = { ...options, env: childEnv, detached: true };
  if (runAs.kind === 'namespace') return spawn('unshare', [...unshareAs(nameableUser()), file, ...args], all);
  if (runAs.kind === 'user') return spawn(file, args, { ...all, uid: runAs.uid, gid: runAs.gid });
  return spawn(file, args, all);
}

/**
 * Chooses the user and the location of the binaries. If the user cannot reach the binaries in node_modules, they are
 * copied below the data directory.
 * @param clusterDir the Postgres data. If it exists, its owner decides.
 * @param force for tests: a kind instead of the automatic choice.
 * @throws EmbeddedPostgresError `cannot_run_as_root`, `data_dir_unusable`
 */
export function chooseRunAs(
  dataDir: string,
  clusterDir: string,
  binaries: PostgresBinaries,
  force?: RunAs['kind'],
): { runAs: RunAs; binaries: PostgresBinaries } {
  const uid = process.getuid?.() ?? -1;
  const owner = existsSync(clusterDir) ? statSync(clusterDir) : undefined;
  if (uid !== 0) {
    checkOwner(dataDir, owner, uid);
    return { runAs: { kind: 'self' }, binaries };
  }

  const ownedByRoot = owner ? owner.uid === 0 : undefined;
  const namespaceFits = ownedByRoot !== false && (force ?? 'namespace') === 'namespace';
  if (namespaceFits && namespacesWork(binaries)) return { runAs: { kind: 'namespace' }, binaries };

  const user = owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : unprivilegedUser();
  const runAs: RunAs = { kind: 'user', ...user };
  if (ownedByRoot !== true && canRun(user, 'cd "$1"', dataDir)) {
    const runnable = runnableBinaries(user, binaries, dataDir);
    if (runnable) return { runAs, binaries: runnable };
  }
  throw new EmbeddedPostgresError(
    'cannot_run_as_root',
    `Postgres does not run as root. This system does not allow user namespaces (unshare --user), and the ` +
      `user with id ${user.uid} cannot ${ownedByRoot ? 'use the database of root in' : 'enter'} ` +
      `${dataDir}. Start the server as an ordinary user, or set a MODELBOX_DATA_DIR that other users can ` +
      `enter (such as /var/lib/modelbox), or set DATABASE_URL to a Postgres 15 or later.`,
  );
}

/** Throws if the database exists and belongs to another user than `uid`. */
function checkOwner(dataDir: string, owner: User | undefined, uid: number): void {
  if (!owner || owner.uid === uid) return;
  const message =
    `The database in ${dataDir} belongs to the user with id ${owner.uid}, but this process runs as ` +
    `${uid}. Start the server as that user, or set another MODELBOX_DATA_DIR.`;
  throw new EmbeddedPostgresError('data_dir_unusable', message);
}

/** Returns the binaries, or a copy of them below the data directory. Undefined if the user can run neither. */
function runnableBinaries(
  user: User,
  binaries: PostgresBinaries,
  dataDir: string,
): PostgresBinaries | undefined {
  if (canRun(user, '"$1" --version', binaries.postgres)) return binaries;
  const copy = copyBinaries(binaries, dataDir);
  return canRun(user, '"$1" --version', copy.postgres) ? copy : undefined;
}

/** Whether user namespaces work here and Postgres runs in one. */
export function namespacesWork(binaries: PostgresBinaries): boolean {
  const options = { env: childEnv, stdio: 'ignore' } as const;
  const args = [...unshareAs(nameableUser()), binaries.postgres, '--version'];
  return spawnSync('unshare', args, options).status === 0;
}

function unshareAs(user: User): string[] {
  return ['--user', `--map-user=${user.uid}`, `--map-group=${user.gid}`, '--'];
}

function canRun(user: User, script: string, argument: string): boolean {
  const options = { ...user, env: childEnv, cwd: '/', stdio: 'ignore' } as const;
  return spawnSync('/bin/sh', ['-c', script, 'sh', argument], options).status === 0;
}

const nobody: User = { uid: 65534, gid: 65534 };

/** The user for Postgres if it cannot run as the current one. */
function unprivilegedUser(): User {
  const users = namedUsers();
  return users.get('postgres') ?? users.get('nobody') ?? nobody;
}

/**
 * The user that Postgres sees in a namespace: any user with a name, because initdb looks it up. Prefers another user
 * to `nobody`, who seems to own all files without an owner in the namespace.
 */
function nameableUser(): User {
  const users = [...namedUsers().values()].filter(({ uid }) => uid !== 0);
  return users.find(({ uid }) => uid !== nobody.uid) ?? users[0] ?? nobody;
}

function namedUsers(): Map<string, User> {
  const passwd = existsSync('/etc/passwd') ? readFileSync('/etc/passwd', 'utf8') : '';
  return new Map(
    passwd.split('\n').flatMap((line) => {
      const [name, , uid, gid] = line.split(':');
      return name && uid && gid ? [[name, { uid: Number(uid), gid: Number(gid) }] as const] : [];
    }),
  );
}

function copyBinaries(binaries: PostgresBinaries, dataDir: string): PostgresBinaries {
  const target = join(dataDir, 'postgres-binaries');
  const unfinished = `${target}.unfinished`;
  rmSync(target, { recursive: true, force: true });
  rmSync(unfinished, { recursive: true, force: true });
  cpSync(binaries.root, unfinished, { recursive: true, verbatimSymlinks: true });
  renameSync(unfinished, target);
  return binariesIn(target);
}

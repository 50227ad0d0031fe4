import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { binariesIn, findBinaries, type PostgresBinaries } from './binaries.ts';
import { chooseRunAs } from './run-as.ts';
import { clusterDirOf, startEmbeddedPostgres } from './start.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function makeFolder(mode: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'modelbox-run-as-'));
  folders.push(folder);
  chmodSync(folder, mode);
  return folder;
}

/** Binaries in a folder that only we can enter. */
function privateBinaries(): PostgresBinaries {
  const root = join(makeFolder(0o700), 'native');
  cpSync(findBinaries().root, root, { recursive: true, verbatimSymlinks: true });
  return binariesIn(root);
}

const isRoot = process.getuid?.() === 0;
const namespaces = isRoot && spawnSync('unshare', ['--user', '--map-user=1000', 'true']).status === 0;

/**
 * Starts and stops Postgres twice, as another user in its own process. Returns the exit status and output of that
 * process.
 */
function useAs(
  command: string[],
  dataDir: string,
): { status: number | null; stdout: string; stderr: string } {
  const script = `
    import { startEmbeddedPostgres } from ${JSON.stringify(import.meta.resolve('./start.ts'))};
    for (const round of [1, 2]) {
      const postgres = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)} });
      await postgres.stop();
      console.log('round', round, 'uid', process.getuid());
    }`;
  const [file = '', ...args] = [...command, process.execPath, '--input-type=module', '-e', script];
  return spawnSync(file, args, { encoding: 'utf8', cwd: '/' });
}

describe.runIf(isRoot)('as root', () => {
  test.runIf(namespaces)('a user namespace serves in a private folder; the files stay root’s', async () => {
    const dataDir = makeFolder(0o700);
    const clusterDir = clusterDirOf(dataDir);
    expect(chooseRunAs(dataDir, clusterDir, findBinaries()).runAs).toEqual({ kind: 'namespace' });
    const postgres = await startEmbeddedPostgres({ dataDir });
    await postgres.stop();
    expect(statSync(clusterDir).uid).toBe(0);
  });

  test('without user namespaces, another user with access runs Postgres, also at the next start', async () => {
    const dataDir = makeFolder(0o755);
    for (const runAs of ['user', undefined] as const) {
      const postgres = await startEmbeddedPostgres({ dataDir, ...(runAs && { runAs }) });
      const client = new pg.Client({ connectionString: postgres.connectionString });
      await client.connect();
      expect((await client.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
      await client.end();
      await postgres.stop();
      expect(statSync(clusterDirOf(dataDir)).uid).not.toBe(0);
    }
  });

  test('binaries that the other user cannot reach are copied to where it can', () => {
    const dataDir = makeFolder(0o755);
    const chosen = chooseRunAs(dataDir, clusterDirOf(dataDir), privateBinaries(), 'user');
    expect(chosen.runAs.kind).toBe('user');
    expect(chosen.binaries.root).toBe(join(dataDir, 'postgres-binaries'));
  });

  test('without user namespaces, a start in a private folder fails with advice', async () => {
    await expect(startEmbeddedPostgres({ dataDir: makeFolder(0o700), runAs: 'user' })).rejects.toMatchObject({
      code: 'cannot_run_as_root',
      message: expect.stringMatching(/ordinary user.*MODELBOX_DATA_DIR.*DATABASE_URL/s),
    });
  });

  test('without namespaces root’s own database is not usable', () => {
    const dataDir = makeFolder(0o755);
    mkdirSync(clusterDirOf(dataDir));
    expect(() => chooseRunAs(dataDir, clusterDirOf(dataDir), findBinaries(), 'user')).toThrow(
      'database of root',
    );
  });
});

describe('as an ordinary user', () => {
  const ordinary = 64321;

  test.runIf(namespaces)('in a private folder of its own', () => {
    const command = ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'];
    const { status, stdout, stderr } = useAs(command, join(makeFolder(0o700), 'data'));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe('round 1 uid 1000\nround 2 uid 1000\n');
  });

  const become = ['setpriv', `--reuid=${ordinary}`, `--regid=${ordinary}`, '--clear-groups'];
  // If the clone itself is private, no other user can run our code.
  const canBecome =
    isRoot && spawnSync(become[0] ?? '', [...become.slice(1), 'ls', import.meta.dirname]).status === 0;

  test.runIf(canBecome)('runs under another uid', () => {
    const folder = makeFolder(0o777);
    const { status, stdout, stderr } = useAs(become, join(folder, 'data'));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe(`round 1 uid ${ordinary}\nround 2 uid ${ordinary}\n`);
  });

  test.runIf(canBecome)('rejects a database of another user, and names both uids', async () => {
    const dataDir = makeFolder(0o777);
    mkdirSync(clusterDirOf(dataDir), { mode: 0o700 });
    const { status, stderr } = useAs(become, dataDir);
    expect(status).toBe(1);
    expect(stderr).toContain(`belongs to the user with id 0, but this process runs as ${ordinary}`);
  });
});

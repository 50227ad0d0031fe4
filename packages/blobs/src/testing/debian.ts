import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isAlive } from './processes.ts';

const run = promisify(execFile);
/** Newest first. */
const suites = ['forky', 'trixie'];
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const minutes = 60_000;

/**
 * Returns the folder of unpacked Debian packages with their dependencies, downloaded once into the cache of the user.
 * Needs no root and installs nothing on the system.
 * @param name of the folder.
 * @throws an Error with the reason, to end the sentence "no …: ".
 */
export async function unpackDebian(name: string, packages: readonly string[]): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(`${name} is unpacked for the tests on Linux x64 only`);
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'modelbox');
  await mkdir(cache, { recursive: true });
  await removeUnfinished(cache);
  const there = suites.map((suite) => join(cache, `${name}-${suite}`)).find((folder) => existsSync(folder));
  if (there !== undefined) return there;
  if (!existsSync(keyring)) throw new Error(`${name} comes from Debian, whose keys are not at ${keyring}`);
  const failures: string[] = [];
  for (const suite of suites) {
    // Unpacks beside the final place, so that a folder with the final name is complete.
    const unfinished = join(cache, `${name}-${suite}.unfinished-${process.pid}`);
    try {
      await download(suite, packages, unfinished);
      const folder = join(cache, `${name}-${suite}`);
      await rename(join(unfinished, 'root'), folder).catch((error: unknown) => {
        // Another run was faster.
        if (!existsSync(folder)) throw error;
      });
      return folder;
    } catch (error) {
      failures.push(`${suite}: ${reasonOf(error)}`);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  }
  throw new Error(`${name} could not be had from Debian (${failures.join('; ')})`);
}

/** The command that runs a program of the folder with its own loader and libraries. */
export function debianCommand(
  root: string,
  program: string,
  furtherLibraries: readonly string[] = [],
): string[] {
  const libraries = debianLibraries(root);
  const path = [libraries, ...furtherLibraries, join(root, 'usr/lib')].join(':');
  return [join(libraries, 'ld-linux-x86-64.so.2'), '--library-path', path, join(root, 'usr', program)];
}

/** The folder of its shared libraries. */
export const debianLibraries = (root: string): string => join(root, 'usr/lib/x86_64-linux-gnu');

async function download(suite: string, packages: readonly string[], folder: string): Promise<void> {
  const apt = join(folder, 'apt');
  const root = join(folder, 'root');
  const archives = join(apt, 'cache', 'archives');
  await mkdir(join(apt, 'lists', 'partial'), { recursive: true });
  await mkdir(join(archives, 'partial'), { recursive: true });
  await writeFile(join(apt, 'status'), '');
  await writeFile(join(apt, 'sources.list'), (await sourcesFor(suite)).join('\n'));
  const settings = [
    `Dir::Etc::sourcelist=${join(apt, 'sources.list')}`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State::lists=${join(apt, 'lists')}`,
    `Dir::State::status=${join(apt, 'status')}`,
    `Dir::Cache=${join(apt, 'cache')}`,
    `APT::Sandbox::User=${userInfo().username}`,
    'Debug::NoLocking=1',
    'Acquire::Retries=1',
    'Acquire::http::Timeout=15',
  ].flatMap((setting) => ['-o', setting]);
  const get = (...args: string[]) =>
    run('apt-get', [...settings, '-qq', ...args], { timeout: 5 * minutes, maxBuffer: 2 ** 26 });
  await get('update');
  await get('-y', '--no-install-recommends', '--download-only', 'install', ...packages);
  // The packages of Debian expect these to be links into /usr.
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    await mkdir(join(root, 'usr', name), { recursive: true });
    await symlink(join('usr', name), join(root, name));
  }
  for (const name of await readdir(archives)) {
    if (name.endsWith('.deb')) await run('dpkg-deb', ['-x', join(archives, name), root]);
  }
  for (const name of ['doc', 'man', 'locale', 'info']) {
    await rm(join(root, 'usr/share', name), { recursive: true, force: true });
  }
}

/** The mirrors of the apt configuration of this machine, for another suite. */
async function sourcesFor(suite: string): Promise<string[]> {
  const { stdout } = await run('apt-get', ['indextargets', '--format', '$(SITE)']);
  const known = [...new Set(stdout.split('\n'))].filter((site) => /\/debian(?:-security)?\/?$/.test(site));
  const sites = known.length > 0 ? known : ['http://deb.debian.org/debian'];
  return sites.map((site) => {
    const name = site.includes('-security') ? `${suite}-security` : suite;
    return `deb [signed-by=${keyring}] ${site} ${name} main\n`;
  });
}

async function removeUnfinished(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const [, pid] = /^\w+-\w+\.unfinished-(\d+)$/.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) {
      await rm(join(cache, name), { recursive: true, force: true });
    }
  }
}

function reasonOf(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return (stderr?.trim().split('\n')[0] || message.split('\n')[0] || 'failed').slice(0, 200);
}

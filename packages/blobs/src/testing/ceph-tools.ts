import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { debianCommand, debianLibraries } from './debian.ts';

const run = promisify(execFile);

/** Runs programs of an unpacked Ceph, with their own loader and libraries. */
export interface CephTools {
  run(program: string, ...args: string[]): Promise<string>;
  /** Runs the command line of the cluster, a Python program. */
  ceph(...args: string[]): Promise<string>;
  /** Starts a program in its own session, so that Ctrl-C does not reach it, and returns its pid. */
  daemon(name: string, program: string, ...args: string[]): number;
}

export function cephTools(root: string, dataDir: string): CephTools {
  const further = [join(debianLibraries(root), 'ceph')];
  /** The loader, and its arguments. */
  const command = (program: string, args: string[]): [string, string[]] => {
    const [loader = '', ...rest] = debianCommand(root, `bin/${program}`, further);
    return [loader, [...rest, ...args]];
  };
  const config = ['-c', join(dataDir, 'ceph.conf')];
  const options = { timeout: 60_000, env: { ...process.env, PYTHONHOME: join(root, 'usr') } };
  return {
    run: async (program, ...args) => (await run(...command(program, args), options)).stdout,
    ceph: async (...args) => {
      const all = [join(root, 'usr/bin/ceph'), ...config, '--connect-timeout', '20', ...args];
      return (await run(...command('python3', all), options)).stdout;
    },
    daemon: (name, program, ...args) => {
      const log = openSync(join(dataDir, 'log', `${name}.out`), 'a');
      const stdio: ['ignore', number, number] = ['ignore', log, log];
      const child = spawn(...command(program, [...config, ...args, '-f']), { detached: true, stdio });
      closeSync(log);
      child.on('error', () => {});
      child.unref();
      if (child.pid === undefined) throw new Error(`${program} cannot be started`);
      writeFileSync(join(dataDir, 'pids', name), String(child.pid));
      return child.pid;
    },
  };
}

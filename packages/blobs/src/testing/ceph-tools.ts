import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { librariesOf } from './ceph-config.ts';

const run = promisify(execFile);

/** Runs the programs of an unpacked Ceph, with the loader and libraries that came with them. */
export interface CephTools {
  run(program: string, ...args: string[]): Promise<string>;
  /** The cluster's own command line, which is a Python program. */
  ceph(...args: string[]): Promise<string>;
  /** Starts a program in a session of its own, so that Ctrl-C does not reach it; gives its pid. */
  daemon(name: string, program: string, ...args: string[]): number;
}

export function cephTools(root: string, dataDir: string): CephTools {
  const libraries = librariesOf(root);
  const loader = join(libraries, 'ld-linux-x86-64.so.2');
  const path = [libraries, join(libraries, 'ceph'), join(root, 'usr/lib')].join(':');
  const line = (program: string, args: string[]) => [
    '--library-path',
    path,
    join(root, 'usr/bin', program),
    ...args,
  ];
  const config = ['-c', join(dataDir, 'ceph.conf')];
  const options = { timeout: 60_000, env: { ...process.env, PYTHONHOME: join(root, 'usr') } };
  return {
    run: async (program, ...args) => (await run(loader, line(program, args), options)).stdout,
    ceph: async (...args) => {
      const all = [join(root, 'usr/bin/ceph'), ...config, '--connect-timeout', '20', ...args];
      return (await run(loader, line('python3', all), options)).stdout;
    },
    daemon: (name, program, ...args) => {
      const log = openSync(join(dataDir, 'log', `${name}.out`), 'a');
      const stdio: ['ignore', number, number] = ['ignore', log, log];
      const child = spawn(loader, line(program, [...config, ...args, '-f']), { detached: true, stdio });
      closeSync(log);
      child.on('error', () => {});
      child.unref();
      if (child.pid === undefined) throw new Error(`${program} cannot be started`);
      writeFileSync(join(dataDir, 'pids', name), String(child.pid));
      return child.pid;
    },
  };
}

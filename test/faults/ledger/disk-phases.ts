import { chmodSync, chownSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { someKeys } from './damage-phases.ts';
import type { Phase } from './phase.ts';

/** An ordinary user to switch to, because root can read any file. */
const ORDINARY = 65_534;

/** Why a test cannot make copies unreadable here; undefined if it can. */
export const whyAlwaysReadable =
  process.seteuid === undefined ? 'this system has no users to read as' : undefined;

/** Copies that the server's user may not open. Meanwhile the server runs as an ordinary user. */
export const unreadable: Phase = {
  name: 'copies: unreadable to an ordinary user',
  begin: async (server, random) => {
    const keys = await someKeys(server, random);
    const paths = keys.map((key) => join(server.blobsDir, 'objects', key.slice(0, 2), key.slice(2, 4), key));
    const modes = paths.map((path) => ({ path, mode: statSync(path).mode }));
    const isRoot = process.getuid?.() === 0;
    if (isRoot) giveTo(dirname(server.blobsDir), ORDINARY);
    for (const { path } of modes) chmodSync(path, 0);
    if (isRoot) process.seteuid?.(ORDINARY);
    return {
      happened: () => ({ unreadable: paths.length }),
      end: () => {
        if (isRoot) process.seteuid?.(0);
        for (const { path, mode } of modes) if (isThere(path)) chmodSync(path, mode);
        if (isRoot) giveTo(dirname(server.blobsDir), 0);
      },
    };
  },
};

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

function giveTo(folder: string, user: number): void {
  chownSync(folder, user, user);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    chownSync(join(entry.parentPath, entry.name), user, user);
}

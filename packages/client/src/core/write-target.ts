import { ModelBoxError } from './errors.ts';
import { nodeModule } from './node.ts';

const NEED = 'Writing a file';
/** The limit of Linux. */
const LINKS_MAX = 40;

/**
 * The target of content for a path. `file`: a regular file, existing or new, that a rename may replace. `into`: a
 * pipe, device or number of a standard stream, which receives bytes and must never be replaced.
 */
export type WriteTarget = { readonly file: string } | { readonly into: string | 1 | 2 };

/** @throws ModelBoxError for a folder, a socket and a disk device */
export async function writeTarget(path: string): Promise<WriteTarget> {
  const end = await followLinks(path);
  const standard = standardStream(end);
  if (standard !== undefined) return { into: standard };
  const found = await nodeModule('fs/promises', NEED).stat(path).catch(ifMissing);
  if (found === undefined || found.isFile()) return { file: end };
  if (found.isFIFO() || found.isCharacterDevice()) return { into: path };
  const what = found.isDirectory() ? 'a folder' : found.isSocket() ? 'a socket' : 'a disk device';
  throw new ModelBoxError(`${path} is ${what}; only files, pipes and character devices can be written`);
}

/** Resolves all links. The target may be missing. Stops at a link to a standard stream. */
async function followLinks(path: string): Promise<string> {
  const fs = nodeModule('fs/promises', NEED);
  const paths = nodeModule('path', NEED);
  let at = paths.resolve(path);
  for (let links = 0; links < LINKS_MAX && standardStream(at) === undefined; links += 1) {
    const next = await fs.readlink(at).catch(() => undefined);
    if (next === undefined) break;
    at = paths.resolve(await fs.realpath(paths.dirname(at)), next);
  }
  return at;
}

function standardStream(path: string): 1 | 2 | undefined {
  if (path === '/dev/stdout') return 1;
  if (path === '/dev/stderr') return 2;
  const [, pid, fd] = /^\/(?:dev|proc\/(self|\d+))\/fd\/([12])$/.exec(path) ?? [];
  const isOurs = pid === undefined || pid === 'self' || Number(pid) === globalThis.process.pid;
  return fd !== undefined && isOurs ? (Number(fd) as 1 | 2) : undefined;
}

function ifMissing(error: unknown): undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}

import { ModelBoxError } from '../core/errors.ts';

const RESERVED_ON_WINDOWS = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * Throws `ModelBoxError` where one of the paths could lead out of the folder, or two could not both be files in it. The
 * server refuses most of these itself; a client must not depend on that. `to`: what is refused then, in the message.
 */
export function checkPaths(
  paths: readonly string[],
  ignoresCase: boolean,
  windows: boolean,
  to: 'write' | 'push' = 'write',
): void {
  const refused = (path: string, why: string) =>
    new ModelBoxError(`Refused to ${to} any file: ${JSON.stringify(path)} ${why}`);
  const key = (path: string) => (ignoresCase ? path.normalize('NFC').toLowerCase() : path);
  const files = new Set<string>();
  for (const path of paths) {
    if (!isSafe(path, windows)) throw refused(path, 'is not a path inside a folder');
    if (files.has(key(path))) throw refused(path, 'and another file would be the same file here');
    files.add(key(path));
  }
  for (const path of paths) {
    for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
      if (files.has(key(path.slice(0, at)))) throw refused(path, 'lies below another file');
    }
  }
}

/** True where `checkPaths` would refuse these on a disk that ignores case, and on no other. */
export function clashInCase(paths: readonly string[], windows: boolean): boolean {
  try {
    checkPaths(paths, true, windows);
    return false;
  } catch {
    return true;
  }
}

function isSafe(path: string, windows: boolean): boolean {
  if (/[\\\u0000-\u001f\u007f]/.test(path) || /^[a-z]:/i.test(path)) return false;
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return false;
  // A colon begins a stream there, and dots and spaces at the end are dropped.
  return !windows || !parts.some((part) => /[:<>"|?*]|[. ]$/.test(part) || RESERVED_ON_WINDOWS.test(part));
}

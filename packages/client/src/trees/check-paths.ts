import { ModelBoxError } from '../core/errors.ts';

const RESERVED_ON_WINDOWS = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * Throws `ModelBoxError` if a path could leave the folder, or if two paths cannot both be files in it. The server
 * rejects most of these too, but a client must not rely on that. `to` names the action in the message.
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
    if (!isSafe(path)) throw refused(path, 'is not a path inside a folder');
    const fault = windows ? faultOnWindows(path) : undefined;
    if (fault !== undefined) throw refused(path, fault);
    if (files.has(key(path))) throw refused(path, 'and another file would be the same file here');
    files.add(key(path));
  }
  for (const path of paths) {
    for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
      if (files.has(key(path.slice(0, at)))) throw refused(path, 'lies below another file');
    }
  }
}

/** True if `checkPaths` rejects the paths only on a disk that ignores case. */
export function clashInCase(paths: readonly string[], windows: boolean): boolean {
  try {
    checkPaths(paths, true, windows);
    return false;
  } catch {
    return true;
  }
}

/** The rule of the server for paths, as far as it affects the location. A colon is an ordinary character. */
function isSafe(path: string): boolean {
  if (/[\\\u0000-\u001f\u007f]/.test(path)) return false;
  return !path.split('/').some((part) => part === '' || part === '.' || part === '..');
}

/** Returns why Windows would write the file elsewhere or not at all. */
function faultOnWindows(path: string): string | undefined {
  for (const part of path.split('/')) {
    const character = /[:<>"|?*]/.exec(part)?.[0];
    // A colon follows a drive or starts a stream.
    if (character !== undefined)
      return (
        `holds ${JSON.stringify(character)}, which Windows allows in no file name; pull it on another ` +
        `system, or download it to a name of your own`
      );
    if (/[. ]$/.test(part))
      return `has the part ${JSON.stringify(part)}, and Windows drops a dot or space at the end of a name`;
    if (RESERVED_ON_WINDOWS.test(part))
      return `has the part ${JSON.stringify(part)}, which is the name of a device on Windows`;
  }
  return undefined;
}

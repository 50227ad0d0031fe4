import { countCharacters, faultInText } from './characters.ts';
import type { Refused } from './names.ts';

const pathMaxCharacters = 1024;
/** What an index of Postgres holds beside the object's id. */
const pathMaxBytes = 2048;
/** What a file name may take on the usual filesystems, so that every stored path can be pulled to a disk. */
const segmentMaxBytes = 255;
const uriMaxCharacters = 2048;

const refused = (message: string): Refused => ({ ok: false, message });
const bytesOf = (text: string): number => new TextEncoder().encode(text).byteLength;

/**
 * A file's path within its object, `weights/part-1.bin`: relative, slashes only, at most 1024 characters and 2048 bytes of UTF-8, each
 * segment at most 255 bytes of UTF-8 and neither empty nor `.` nor `..`; no backslash (a separator where Windows
 * pulls it) and no control characters.
 * @returns The path in Unicode NFC.
 */
export function parseFilePath(text: string): { readonly ok: true; readonly path: string } | Refused {
  const textFault = faultInText(text);
  if (textFault) return refused(textFault);
  const path = text.normalize('NFC');
  if (path === '') return refused('must not be empty');
  if (path.startsWith('/')) return refused('must be relative: it begins with "/"');
  if (path.includes('\\')) return refused('must not contain "\\"');
  if (countCharacters(path) > pathMaxCharacters) {
    return refused(`must be at most ${pathMaxCharacters} characters long`);
  }
  if (bytesOf(path) > pathMaxBytes) return refused(`must be at most ${pathMaxBytes} bytes long`);
  for (const segment of path.split('/')) {
    if (segment === '') return refused('must not have an empty segment');
    if (segment === '.' || segment === '..') return refused(`must not have the segment "${segment}"`);
    if (bytesOf(segment) > segmentMaxBytes) {
      return refused(`must not have a segment of more than ${segmentMaxBytes} bytes`);
    }
  }
  return { ok: true, path };
}

/** The folders that a file's path leads through: `a` and `a/b` of `a/b/c`. */
export function foldersOf(path: string): string[] {
  const folders: string[] = [];
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) folders.push(path.slice(0, at));
  return folders;
}

/** Schemes that a browser would run, or that hold the content themselves. */
const forbiddenSchemes = new Set(['javascript', 'vbscript', 'data']);

/** Schemes that mean nothing without a bucket, a container, a repository or a host. */
const schemesWithAuthority = /^(?:https?|s3[an]?|gs|az|abfss?|wasbs?|hf)$/;

/** Schemes that a browser reads the same with one slash as with two: `https:/user:secret@host` has user info. */
const schemesWithTwoSlashes = /^(?:https?|s3[an]?|gs|az|abfss?|wasbs?|hf|ftps?|sftp|wss?)$/;

/** Schemes in which `?` and `#` always end the path. Elsewhere keys of stores hold both. */
const schemesWithQuery = /^(?:https?|ftps?|wss?)$/;

/** Schemes whose `@` parts names, not a user from a host: `abfss://container@account…`, `hf://gpt2@revision/…`. */
const schemesWithAt = /^(?:abfss?|wasbs?|hf)$/;

export interface TrackedUri {
  /** As it was sent. */
  readonly uri: string;
  /** The file path to use where none was given; `null` if the URI's last segment cannot be one. */
  readonly path: string | null;
}

/**
 * Where a tracked file lies: any `scheme://…` or `scheme:/…` (RFC 3986) of at most 2048 characters, `s3://`, `gs://`,
 * `abfss://`, `https://`, `file://`, `hf://`, `dbfs:/`, `models:/` and whatever a tracker makes up. Looser than the RFC within the path,
 * since keys of object stores hold spaces and braces. Refused are user info (a password would be shown to every
 * reader), schemes that a browser runs, control characters.
 */
export function parseTrackedUri(text: string): ({ readonly ok: true } & TrackedUri) | Refused {
  const textFault = faultInText(text);
  if (textFault) return refused(textFault);
  if (countCharacters(text) > uriMaxCharacters) {
    return refused(`must be at most ${uriMaxCharacters} characters long`);
  }
  if (text.trim() !== text) return refused('must not begin or end with white space');
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme && forbiddenSchemes.has(scheme)) return refused(`must not be a "${scheme}:" URI`);
  if (/^[a-z]:[\\/]/i.test(text))
    return refused('must be a URI, not a Windows path: write "file:///C:/model.pt"');
  const parts = /^[^:]+:(?:\/\/([^/?#]*)|(?=\/))(.*)$/.exec(text);
  if (!scheme) return refused('must be a URI with a scheme, like "s3://bucket/model.pt"');
  if (parts?.[1] === undefined && schemesWithTwoSlashes.test(scheme))
    return refused(`must have two slashes after its scheme: "${scheme}://…"`);
  if (!parts) return refused('must have "://" or ":/" after its scheme, like "s3://bucket/model.pt"');
  const authority = parts[1] ?? '';
  const path = pathIn(scheme, parts[2] ?? '');
  const fault = faultInAuthority(scheme, authority);
  if (fault) return refused(fault);
  if (authority === '' && !/[^/]/.test(path)) return refused('must name something after the scheme');
  if (/^https?$/.test(scheme) && !URL.canParse(text)) return refused('must be a valid URL');
  return { ok: true, uri: text, path: defaultPath(path) };
}

/**
 * The path of what follows the authority, without a query or fragment. `?versionId=…` of S3 and the generation after `#` of
 * Google Cloud Storage are no part of the key.
 */
function pathIn(scheme: string, rest: string): string {
  if (!rest.startsWith('/')) return '';
  if (schemesWithQuery.test(scheme)) return rest.replace(/[?#].*$/, '');
  const key = rest.replace(/\?[a-z][\w.-]*=[^/]*$/i, '');
  return scheme === 'gs' ? key.replace(/#\d+$/, '') : key;
}

function faultInAuthority(scheme: string, authority: string): string | undefined {
  if (authority === '' && schemesWithAuthority.test(scheme)) return 'must name a host or a bucket';
  if (/[\s\\]/.test(authority)) return 'must not have white space or "\\" in its host or bucket';
  // RFC 3986 ends the authority later than browsers do, so that no "@" that anybody could take for user info slips by.
  const at = authority.lastIndexOf('@');
  if (at < 0) return undefined;
  const isName = schemesWithAt.test(scheme) && !/[@:]/.test(authority.slice(0, at));
  return isName ? undefined : 'must not contain user info (a user or password before "@")';
}

/** The last segment that is not empty, percent-decoded if that gives one good segment. */
function defaultPath(path: string): string | null {
  const raw = path.split('/').findLast((segment) => segment !== '');
  if (raw === undefined) return null;
  for (const candidate of [decoded(raw), raw]) {
    if (candidate === undefined || candidate.includes('/')) continue;
    const parsed = parseFilePath(candidate);
    if (parsed.ok) return parsed.path;
  }
  return null;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

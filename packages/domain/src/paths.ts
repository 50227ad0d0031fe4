import { countCharacters, faultInText } from './characters.ts';
import type { Refused } from './names.ts';

const pathMaxCharacters = 1024;
/** Fits into an entry of a Postgres index together with the id of the object. */
const pathMaxBytes = 2048;
/** The limit of common file systems, so that every stored path can be downloaded to a disk. */
const segmentMaxBytes = 255;
const uriMaxCharacters = 2048;

const refused = (message: string): Refused => ({ ok: false, message });
const bytesOf = (text: string): number => new TextEncoder().encode(text).byteLength;

/**
 * Parses the path of a file within its object, `weights/part-1.bin`. It is relative, joined by slashes, at most 1024
 * characters and 2048 bytes in UTF-8. Segments have 1 to 255 bytes and are neither `.` nor `..`. Control characters
 * and backslashes (a separator on Windows) are rejected.
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

/** Lists the folders of a path: `a` and `a/b` for `a/b/c`. */
export function foldersOf(path: string): string[] {
  const folders: string[] = [];
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) folders.push(path.slice(0, at));
  return folders;
}

/** Schemes that a browser executes, or that contain the content. */
const forbiddenSchemes = new Set(['javascript', 'vbscript', 'data']);

/** Schemes that need a bucket, container, repository or host. */
const schemesWithAuthority = /^(?:https?|s3[an]?|gs|az|abfss?|wasbs?|hf)$/;

/** Schemes for which browsers treat one slash like two: `https:/user:secret@host` has user info. */
const schemesWithTwoSlashes = /^(?:https?|s3[an]?|gs|az|abfss?|wasbs?|hf|ftps?|sftp|wss?)$/;

/** Schemes in which `?` and `#` end the path. In other schemes, keys may contain both. */
const schemesWithQuery = /^(?:https?|ftps?|wss?)$/;

/** Schemes in which `@` separates names instead of user info: `abfss://container@account…`, `hf://gpt2@revision/…`. */
const schemesWithAt = /^(?:abfss?|wasbs?|hf)$/;

export interface TrackedUri {
  /** The URI as sent. */
  readonly uri: string;
  /** The default path of the file. Null if the last segment of the URI is not a valid path. */
  readonly path: string | null;
}

/**
 * Parses the location of a tracked file: any `scheme://…` or `scheme:/…` (RFC 3986) of at most 2048 characters, such
 * as `s3://`, `hf://`, `dbfs:/` or `models:/`. The path may contain spaces and braces, as keys of object stores do.
 *
 * Rejects user info, because every reader would see the password, schemes that a browser executes, and control
 * characters.
 */
export function parseTrackedUri(text: string): ({ readonly ok: true } & TrackedUri) | Refused {
  const textFault = faultInUriText(text);
  if (textFault) return refused(textFault);
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

function faultInUriText(text: string): string | undefined {
  const textFault = faultInText(text);
  if (textFault) return textFault;
  if (countCharacters(text) > uriMaxCharacters) return `must be at most ${uriMaxCharacters} characters long`;
  return text.trim() === text ? undefined : 'must not begin or end with white space';
}

/**
 * Returns the path after the authority, without query and fragment. The `?versionId=…` of S3 and the `#generation` of
 * Google Cloud Storage do not belong to the key.
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
  // Browsers end the authority earlier than RFC 3986. The longer reading catches every "@" that could separate user
  // info.
  const at = authority.lastIndexOf('@');
  if (at < 0) return undefined;
  const isName = schemesWithAt.test(scheme) && !/[@:]/.test(authority.slice(0, at));
  return isName ? undefined : 'must not contain user info (a user or password before "@")';
}

/** Returns the last non-empty segment, percent-decoded if the result is a valid segment. */
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

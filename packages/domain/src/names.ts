import { countCharacters, faultInText } from './characters.ts';

/** The reason for a rejection, as the end of a sentence about the field: `must not contain "/"`. */
export interface Refused {
  readonly ok: false;
  readonly message: string;
}

const nameMaxCharacters = 128;
const namespaceMaxCharacters = 512;

const refused = (message: string): Refused => ({ ok: false, message });

/** Whether the text has the form of a UUID (RFC 9562). UUIDs are ids and therefore never names. */
export const isUuid = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);

/**
 * Parses a namespace segment, or the name of an object, version or alias: 1-128 characters, none of `/ @ : \` or
 * control characters, not `.` or `..`, not shaped like a UUID.
 * @returns The name in Unicode NFC, so that equal-looking names are equal.
 */
export function parseName(text: string): { readonly ok: true; readonly name: string } | Refused {
  const textFault = faultInText(text);
  if (textFault) return refused(textFault);
  const name = text.normalize('NFC');
  const fault = faultInName(name);
  return fault ? refused(fault) : { ok: true, name };
}

function faultInName(name: string): string | undefined {
  if (name === '') return 'must not be empty';
  if (countCharacters(name) > nameMaxCharacters)
    return `must be at most ${nameMaxCharacters} characters long`;
  const reserved = /[/@:\\]/.exec(name);
  if (reserved) return `must not contain "${reserved[0]}"`;
  if (name === '.' || name === '..') return 'must not be "." or ".."';
  if (isUuid(name)) return 'must not have the form of a UUID';
  return undefined;
}

/**
 * Parses a path of names, `ai/vision`, of at most 512 characters. `ai/vision/` is the same path.
 * @returns The canonical form: NFC, without the trailing slash.
 */
export function parseNamespace(text: string): { readonly ok: true; readonly namespace: string } | Refused {
  const canonical = text.endsWith('/') ? text.slice(0, -1) : text;
  if (canonical === '') return refused('must name at least one segment');
  const names: string[] = [];
  for (const segment of canonical.split('/')) {
    const parsed = parseName(segment);
    if (!parsed.ok) return refused(segment === '' ? 'must not have an empty segment' : inSegment(parsed));
    names.push(parsed.name);
  }
  const namespace = names.join('/');
  if (countCharacters(namespace) > namespaceMaxCharacters) {
    return refused(`must be at most ${namespaceMaxCharacters} characters long`);
  }
  return { ok: true, namespace };
}

const inSegment = ({ message }: Refused): string => `must be a path of names, each of which ${message}`;

export interface QualifiedName {
  readonly namespace: string;
  readonly name: string;
}

/** Parses `ai/vision/yolo`: the last segment is the name, the segments before it the namespace. */
export function parseQualifiedName(text: string): ({ readonly ok: true } & QualifiedName) | Refused {
  const slash = text.lastIndexOf('/');
  if (slash < 0) return refused('must be a namespace and a name, like "ai/vision/yolo"');
  const name = parseName(text.slice(slash + 1));
  if (!name.ok) return refused(`must end with a name, which ${name.message}`);
  // `parseNamespace` would accept the trailing slash of `ai//yolo`.
  if (text[slash - 1] === '/') return refused('must not have an empty segment');
  const namespace = parseNamespace(text.slice(0, slash));
  return namespace.ok ? { ok: true, namespace: namespace.namespace, name: name.name } : namespace;
}

/** A version, by one of its aliases or by its own name. */
export type Reference = { readonly namespace: string; readonly model: string } & (
  | { readonly alias: string; readonly version?: never }
  | { readonly version: string; readonly alias?: never }
);

/**
 * Parses `ai/vision/yolo@prod` (alias) or `ai/vision/yolo:v1` (version). Names contain neither separator, so the
 * first one splits.
 */
export function parseReference(text: string): { readonly ok: true; readonly reference: Reference } | Refused {
  const at = text.search(/[@:]/);
  if (at < 0) return refused('must be a reference, like "ai/vision/yolo@prod" or "ai/vision/yolo:v1"');
  const model = parseQualifiedName(text.slice(0, at));
  if (!model.ok) return model;
  const isAlias = text[at] === '@';
  const last = parseName(text.slice(at + 1));
  if (!last.ok) return refused(`must name ${isAlias ? 'an alias' : 'a version'}, which ${last.message}`);
  const { namespace, name } = model;
  const chosen = isAlias ? { alias: last.name } : { version: last.name };
  return { ok: true, reference: { namespace, model: name, ...chosen } };
}

export function formatReference({ namespace, model, alias, version }: Reference): string {
  return `${namespace}/${model}${alias === undefined ? `:${version}` : `@${alias}`}`;
}

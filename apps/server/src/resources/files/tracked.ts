import { faultInNewName, parseFilePath, parseTrackedUri } from '@modelbox/domain';
import type { FieldError, FileRole, OwnerKind } from '@modelbox/schema';
import type { z } from 'zod';
import { invalid } from '../../protocol/problem.ts';

type Role = z.infer<typeof FileRole>;

interface TrackedObject {
  uri: string;
  path?: string | undefined;
  role?: Role | undefined;
  sha256?: string | null | undefined;
  sizeBytes?: number | null | undefined;
}
export type TrackedInput = string | TrackedObject;

export interface TrackedFile {
  readonly path: string;
  readonly role: Role;
  readonly uri: string;
  readonly sha256: string | null;
  readonly sizeBytes: number | null;
}

export const defaultRole = (kind: OwnerKind): Role =>
  kind === 'version' ? 'model' : kind === 'checkpoint' ? 'checkpoint' : 'other';

/**
 * Parses files to track. The path is the given one, or the last segment of the URI. Throws 422 for every item with an
 * invalid URI, an invalid path or a duplicate path.
 */
export function trackedFiles(items: readonly TrackedInput[], kind: OwnerKind): TrackedFile[] {
  const errors: FieldError[] = [];
  const taken = new Map<string, number>();
  const files = items.map((item, index): TrackedFile => {
    const input: TrackedObject = typeof item === 'string' ? { uri: item } : item;
    const pointers = pointersOf(item, index);
    const fail = (pointer: string, message: string) => void errors.push({ in: 'body', pointer, message });
    const uri = parseTrackedUri(input.uri);
    if (!uri.ok) fail(pointers.uri, uri.message);
    const path = pathOf(input.path, uri.ok ? uri.path : null);
    if (path.ok) {
      const faults = pathFaults(path.path, input.path !== undefined, taken.get(path.path));
      for (const message of faults) fail(pointers.path, message);
      taken.set(path.path, index);
    } else if (uri.ok) fail(pointers.path, path.message);
    return trackedFile(input, path.ok ? path.path : '', kind);
  });
  if (errors.length > 0) throw invalid(errors);
  return files;
}

const trackedFile = (input: TrackedObject, path: string, kind: OwnerKind): TrackedFile => ({
  path,
  role: input.role ?? defaultRole(kind),
  uri: input.uri,
  sha256: input.sha256 ?? null,
  sizeBytes: input.sizeBytes ?? null,
});

/** A missing path is derived from the URI, so the URI's pointer reports the faults of both. */
function pointersOf(item: TrackedInput, index: number): { uri: string; path: string } {
  const at = `/files/${index}`;
  if (typeof item === 'string') return { uri: at, path: at };
  return { uri: `${at}/uri`, path: item.path === undefined ? `${at}/uri` : `${at}/path` };
}

/** @param other index of the last item with the same path */
function pathFaults(path: string, isGiven: boolean, other: number | undefined): string[] {
  const faults: string[] = [];
  const hidden = faultInNewName(path, '/');
  if (hidden !== undefined)
    faults.push(isGiven ? hidden : `names a file whose path ${hidden}; give a "path"`);
  if (other !== undefined)
    faults.push(
      `has the same path as /files/${other}: ${JSON.stringify(path)}; give each file its own "path"`,
    );
  return faults;
}

function pathOf(given: string | undefined, fromUri: string | null) {
  if (given !== undefined) return parseFilePath(given);
  if (fromUri !== null) return { ok: true as const, path: fromUri };
  return { ok: false as const, message: 'does not end in a valid file name; give a "path"' };
}

import { faultInNewName, parseFilePath, parseTrackedUri } from '@modelbox/domain';
import type { FieldError, FileRole, OwnerKind } from '@modelbox/schema';
import type { z } from 'zod';
import { invalid } from '../../protocol/problem.ts';

type Role = z.infer<typeof FileRole>;

export type TrackedInput =
  | string
  | {
      uri: string;
      path?: string | undefined;
      role?: Role | undefined;
      sha256?: string | null | undefined;
      sizeBytes?: number | null | undefined;
    };

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
    const input = typeof item === 'string' ? { uri: item } : item;
    const at = typeof item === 'string' ? `/files/${index}` : `/files/${index}/uri`;
    const fail = (pointer: string, message: string) => void errors.push({ in: 'body', pointer, message });
    const uri = parseTrackedUri(input.uri);
    if (!uri.ok) fail(at, uri.message);
    const path = pathOf(input.path, uri.ok ? uri.path : null);
    const pointer = input.path === undefined ? at : `/files/${index}/path`;
    if (!path.ok) {
      if (uri.ok) fail(pointer, path.message);
    } else {
      failIfHidden(path.path, input.path !== undefined, (message) => fail(pointer, message));
      const other = taken.get(path.path);
      if (other !== undefined)
        fail(
          pointer,
          `has the same path as /files/${other}: ${JSON.stringify(path.path)}; give each file its own "path"`,
        );
      taken.set(path.path, index);
    }
    return {
      path: path.ok ? path.path : '',
      role: input.role ?? defaultRole(kind),
      uri: input.uri,
      sha256: input.sha256 ?? null,
      sizeBytes: input.sizeBytes ?? null,
    };
  });
  if (errors.length > 0) throw invalid(errors);
  return files;
}

function failIfHidden(path: string, isGiven: boolean, fail: (message: string) => void): void {
  const hidden = faultInNewName(path, '/');
  if (hidden !== undefined) fail(isGiven ? hidden : `names a file whose path ${hidden}; give a "path"`);
}

function pathOf(given: string | undefined, fromUri: string | null) {
  if (given !== undefined) return parseFilePath(given);
  if (fromUri !== null) return { ok: true as const, path: fromUri };
  return { ok: false as const, message: 'does not end in a valid file name; give a "path"' };
}

import type { File as FileRow, Tx } from '@modelbox/db';
import { faultInNewName, foldersOf, parseFilePath } from '@modelbox/domain';
import { FILES_MAX, type FieldError, type FileRole, type OwnerKind } from '@modelbox/schema';
import type { z } from 'zod';
import { checkForReference } from '../../content/copies/check.ts';
import { write } from '../../core/writes/write.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import { invalid, invalidField } from '../../protocol/problem.ts';
import type { Answered } from '../../protocol/verb.ts';
import { findClashes } from './clashes.ts';
import { insertKnown, pinBlobs } from './known.ts';
import { lockForFiles } from './lock-for-files.ts';
import { listFilesAt } from './read.ts';
import { unknownContent } from './unknown-content.ts';

interface FileToAttach {
  readonly path: string;
  readonly sha256: string;
  readonly role?: z.infer<typeof FileRole> | undefined;
  readonly mediaType?: string | undefined;
}

/**
 * Makes files from stored content, all or none. Authorization has already checked that the caller may read an object
 * with that content. Repeating the request changes nothing. Other content at a path is replaced.
 */
export async function attachFiles(
  ctx: RequestContext,
  kind: OwnerKind,
  object: Located,
  items: readonly FileToAttach[],
): Promise<Answered> {
  const files = withPaths(items);
  await checkForReference(
    ctx,
    files.map((file) => file.sha256),
  );
  await write(ctx, async (tx) => {
    await lockForFiles(tx, ctx, kind, object);
    const there = await demandFreePaths(tx, kind, object, files);
    const blobs = await pinBlobs(
      tx,
      files.map((file) => file.sha256),
    );
    const known = files.flatMap((file) => {
      const blob = blobs.get(file.sha256);
      return blob === undefined ? [] : [{ ...file, role: file.role, mediaType: file.mediaType, blob }];
    });
    // Content may have been swept, or marked as damaged, since the authorization.
    if (known.length < files.length)
      throw unknownContent(
        files.flatMap(({ sha256 }, index) => (blobs.has(sha256) ? [] : [`/files/${index}/sha256`])),
      );
    await insertKnown(tx, ctx, kind, object, known, there);
    return { status: 200, object: { kind: `${kind}.files`, id: object.id } };
  });
  const paths = files.map((file) => file.path);
  return { status: 200, body: { items: await listFilesAt(ctx, object.id, paths) } };
}

/**
 * Returns the items with normalized paths. Throws 422 for every invalid path, duplicate path, and path below another
 * item.
 */
function withPaths(items: readonly FileToAttach[]): FileToAttach[] {
  const errors: FieldError[] = [];
  const taken = new Map<string, number>();
  const files = items.map((item, index) => {
    const path = parseFilePath(item.path);
    const other = path.ok ? taken.get(path.path) : undefined;
    const fail = (message: string) =>
      void errors.push({ in: 'body', pointer: `/files/${index}/path`, message });
    const hidden = path.ok ? faultInNewName(path.path, '/') : undefined;
    if (hidden !== undefined) fail(hidden);
    if (!path.ok) fail(path.message);
    else if (other === undefined) taken.set(path.path, index);
    else fail(`is also the path of /files/${other}; give each file its own "path"`);
    return { ...item, path: path.ok ? path.path : '' };
  });
  files.forEach(({ path }, index) => {
    const above = foldersOf(path).find((folder) => taken.has(folder));
    const message = `would lie below /files/${above && taken.get(above)}`;
    if (above !== undefined) errors.push({ in: 'body', pointer: `/files/${index}/path`, message });
  });
  if (errors.length > 0) throw invalid(errors);
  return files;
}

/**
 * Returns the files at the paths. Throws 409 if a path is tracked or clashes, and 422 if there would be too many files.
 */
async function demandFreePaths(
  tx: Tx,
  kind: OwnerKind,
  object: Located,
  files: readonly FileToAttach[],
): Promise<FileRow[]> {
  const there = await tx.file.findMany({
    where: { objectId: object.id, path: { in: files.map((file) => file.path) } },
  });
  const uriOf = new Map(there.map((file) => [file.path, file.uri]));
  const fresh = files.flatMap(({ path }) => (uriOf.has(path) ? [] : [path]));
  const inTheWay = await findClashes(tx, object.id, fresh);
  const clashes = files.flatMap(({ path }, index): FieldError[] => {
    const uri = uriOf.get(path);
    const message = uri ? `is tracked at ${uri}; delete the tracked file first` : inTheWay.get(path);
    return message ? [{ in: 'body', pointer: `/files/${index}/path`, message }] : [];
  });
  if (clashes.length > 0) throw invalid(clashes, 'conflict');
  const count = await tx.file.count({ where: { objectId: object.id } });
  if (count + files.length - there.length > FILES_MAX)
    throw invalidField('body', '/files', `would exceed the limit of ${FILES_MAX} files of one ${kind}`);
  return there;
}

import { ModelBoxError } from '../core/errors.ts';
import { inParallel } from '../core/in-parallel.ts';
import type { CallOptions } from '../core/options.ts';
import type { Resources } from '../generated/resources.ts';
import type { File, Version, VersionCreate } from '../generated/schemas.ts';
import { folderItems } from './folder-items.ts';
import { hashOf } from './hash-of.ts';
import { type LocalFile, localFiles } from './local-file.ts';
import type { PushItem, TreeOptions } from './options.ts';
import { settle } from './settle.ts';
import { tally } from './tally.ts';

/** See `ModelBox.push`. */
export async function push(
  client: Resources,
  model: string,
  create: Omit<VersionCreate, 'status'>,
  from: string | readonly PushItem[],
  options: TreeOptions,
): Promise<Version> {
  const files = await localFiles(typeof from === 'string' ? await folderItems(from) : from);
  const { concurrency, call } = settle(options);
  const version = await client.models.versions.create(model, { ...create, status: 'pending' }, call);
  const there = await stored(client, version, files, call);

  const progress = tally(files.length, totalOf(files), options.onProgress);
  await inParallel(files, { concurrency, signal: call.signal }, async (file, signal) => {
    const { path } = file;
    const onBytes = (bytes: number) => progress.at(path, bytes);
    const size = (await sameAs(there.get(path), file, signal, onBytes))
      ? file.size
      : (await send(file, signal, onBytes)).sizeBytes;
    await file.unchanged();
    progress.done(path, size ?? 0);
  });
  return version.status === 'ready' ? version : client.versions.finalize(version.id, call);

  function send(file: LocalFile, signal: AbortSignal, onProgress: (bytes: number) => void): Promise<File> {
    const { path, source, role, contentType, size } = file;
    const how = { ...call, signal, role, contentType, sizeBytes: size, onProgress };
    return client.versions.files.upload(version.id, path, source, how);
  }
}

/** The version's stored files, by path. Throws where it has one that is not to be pushed. */
async function stored(client: Resources, { id }: Version, files: readonly LocalFile[], call: CallOptions) {
  const wanted = new Set(files.map(({ path }) => path));
  const there = new Map<string, File>();
  for await (const file of client.versions.files.list(id, { limit: 1000 }, call)) {
    if (file.uri !== null) continue;
    if (!wanted.has(file.path)) {
      const name = JSON.stringify(file.path);
      throw new ModelBoxError(
        `The version has a file ${name}, which is not among those to push; delete it there`,
      );
    }
    there.set(file.path, file);
  }
  return there;
}

/** True where the stored file is verified and has the content of the local one. */
async function sameAs(
  there: File | undefined,
  { content, size }: LocalFile,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<boolean> {
  if (there?.state !== 'verified' || !content.again || there.sizeBytes !== size) return false;
  return (await hashOf((await content.open()).chunks, signal, onBytes)) === there.sha256;
}

const totalOf = (files: readonly LocalFile[]): number | undefined =>
  files.reduce<number | undefined>(
    (sum, { size }) => (sum === undefined || size === undefined ? undefined : sum + size),
    0,
  );

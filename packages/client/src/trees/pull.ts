import { ChecksumError, ModelBoxError } from '../core/errors.ts';
import { fileSource } from '../core/file-source.ts';
import { nodeModule } from '../core/node.ts';
import { sha256 } from '../core/sha256.ts';
import { toFile } from '../core/to-file.ts';
import type { Resources } from '../generated/resources.ts';
import type { ResolvedFile } from '../generated/schemas.ts';
import { checkPaths } from './check-paths.ts';
import { hashOf } from './hash-of.ts';
import { inParallel } from './in-parallel.ts';
import type { Pulled, PulledFile, TreeOptions } from './options.ts';
import { tally } from './tally.ts';
import { ignoresCase, prepareFolders } from './target-folder.ts';
import { temporaryName } from './temporary.ts';

const NEED = 'Pulling into a folder';
const CHUNK = 256 * 1024;

/** See `ModelBox.pull`. */
export async function pull(
  client: Resources,
  ref: string,
  folder: string,
  options: TreeOptions,
): Promise<Pulled> {
  const fs = nodeModule('fs/promises', NEED);
  const paths = nodeModule('path', NEED);
  const { concurrency: _, onProgress, ...call } = options;
  const { version, files } = await client.resolve(ref, call);
  const here = files.filter(({ uri }) => uri === null);
  const names = here.map(({ path }) => path);
  const windows = paths.sep === '\\';
  checkPaths(names, false, windows);
  await fs.mkdir(folder, { recursive: true });
  const root = await fs.realpath(folder);
  checkPaths(names, await ignoresCase(root), windows);
  await prepareFolders(root, names);

  const progress = tally(here.length, sumOf(here), onProgress);
  const status = new Map<string, PulledFile['status']>();
  await inParallel(here, options, async (file, signal) => {
    const target = paths.join(root, ...file.path.split('/'));
    const onBytes = (bytes: number) => progress.at(file.path, bytes);
    const present = await hasContent(target, file, signal, onBytes);
    if (!present) {
      const download = await client.versions.files.download(version.id, file.path, { ...call, signal });
      const temporary = paths.join(paths.dirname(target), temporaryName());
      await toFile(target, verified(download, file, onBytes), temporary);
    }
    status.set(file.path, present ? 'present' : 'downloaded');
    progress.done(file.path, file.sizeBytes ?? 0);
  });
  return {
    version,
    files: files.map(({ path, uri, sizeBytes }) => ({
      path,
      status: status.get(path) ?? 'tracked',
      bytes: sizeBytes,
      uri,
    })),
  };
}

/** True where `target` is a file with the content of `file`. */
async function hasContent(
  target: string,
  file: ResolvedFile,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<boolean> {
  const fs = nodeModule('fs/promises', NEED);
  const found = await fs.stat(target).catch(() => undefined);
  if (!found?.isFile() || found.size !== file.sizeBytes) return false;
  const { chunks } = await fileSource(target, CHUNK).open();
  return (await hashOf(chunks, signal, onBytes)) === file.sha256;
}

/** The chunks, which end in `ChecksumError` if they are not the content that the version was resolved to. */
async function* verified(
  chunks: AsyncIterable<Uint8Array>,
  { path, sha256: expected }: ResolvedFile,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (expected === null) throw new ModelBoxError(`The server told no SHA-256 of ${path}`);
  const hash = sha256();
  let bytes = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    bytes += chunk.byteLength;
    onBytes(bytes);
    yield chunk;
  }
  const actual = hash.hex();
  if (actual !== expected) throw new ChecksumError(`The download of ${path}`, expected, actual);
}

const sumOf = (files: readonly ResolvedFile[]): number =>
  files.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0);

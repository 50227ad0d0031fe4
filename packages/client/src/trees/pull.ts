import { ModelBoxError } from '../core/errors.ts';
import { fileSource } from '../core/file-source.ts';
import { inParallel } from '../core/in-parallel.ts';
import { nodeModule } from '../core/node.ts';
import type { CallOptions } from '../core/options.ts';
import { slots } from '../core/slots.ts';
import { url } from '../core/url.ts';
import type { WholeFile } from '../core/whole-file.ts';
import { fetchFile } from '../downloads/fetch-file.ts';
import { partialOf, removeLeft } from '../downloads/partial.ts';
import type { Resources } from '../generated/resources.ts';
import type { ResolvedFile, Version } from '../generated/schemas.ts';
import type { Transfers } from '../transfers.ts';
import { checkPaths, clashInCase } from './check-paths.ts';
import { hashOf } from './hash-of.ts';
import type { Pulled, PulledFile, PullOptions } from './options.ts';
import { resolveOptions } from './resolve-options.ts';
import { tally } from './tally.ts';
import { ignoresCase, prepareFolders } from './target-folder.ts';

const NEED = 'Pulling into a folder';
const CHUNK = 256 * 1024;

/** See `ModelBox.pull`. */
export async function pull(
  client: Resources,
  http: Transfers,
  ref: string,
  folder: string,
  options: PullOptions,
): Promise<Pulled> {
  const fs = nodeModule('fs/promises', NEED);
  const paths = nodeModule('path', NEED);
  const { concurrency, call } = resolveOptions(options);
  const { version, files } = await client.resolve(ref, call);
  const here = files.filter(({ uri }) => uri === null);
  const names = here.map(({ path }) => path);
  const windows = paths.sep === '\\';
  checkPaths(names, false, windows);
  await fs.mkdir(folder, { recursive: true });
  const root = await fs.realpath(folder);
  // Probes the disk only if case matters, because the probe writes a file.
  if (clashInCase(names, windows)) checkPaths(names, await ignoresCase(root), windows);
  const targetOf = ({ path }: ResolvedFile) => paths.join(root, ...path.split('/'));
  const partials = here.map((file) => partialOf(targetOf(file), file.sha256 ?? ''));
  const left = await prepareFolders(root, names, new Set(partials.flatMap((names) => Object.values(names))));

  const progress = tally(here.length, sumOf(here), options.onProgress);
  const status = new Map<string, PulledFile['status']>();
  const connections = slots(concurrency);
  await inParallel(here, { concurrency, signal: call.signal }, async (file, signal) => {
    const target = targetOf(file);
    const onBytes = (bytes: number) => progress.at(file.path, bytes);
    const present = await hasContent(target, file, signal, onBytes);
    if (present && left) await removeLeft(partialOf(target, file.sha256 ?? ''));
    if (!present) {
      const how = { ...options, parallel: concurrency, slots: connections, signal, onBytes };
      await fetchFile(wholeFile(http, version, file, options, call), target, how);
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

/** True if `target` is a file with the content of `file`. */
async function hasContent(
  target: string,
  file: ResolvedFile,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<boolean> {
  const fs = nodeModule('fs/promises', NEED);
  const found = await fs.stat(target).catch(() => undefined);
  if (!found?.isFile() || found.size !== file.sizeBytes) return false;
  const chunks = fileSource(target, CHUNK).parts.read(0, found.size, 'passing');
  return (await hashOf(chunks, signal, onBytes)) === file.sha256;
}

function wholeFile(
  http: Transfers,
  { id }: Version,
  file: ResolvedFile,
  { direct = false }: PullOptions,
  call: CallOptions,
): WholeFile {
  const { path, sha256, sizeBytes } = file;
  if (sha256 === null || sizeBytes === null)
    throw new ModelBoxError(`The server did not report the SHA-256 of ${path}`);
  return {
    what: `The download of ${path}`,
    sizeBytes,
    sha256,
    async open(offset, length, signal) {
      const part = await http.download({
        url: url`/v1/versions/${id}/files/${path}`,
        options: { ...call, range: { offset, length }, signal },
        direct,
      });
      if (part.status === 206 || length === sizeBytes) return part;
      await part.cancel();
      throw new ModelBoxError('The server or a proxy does not support ranges; set `partsFrom` to `Infinity`');
    },
  };
}

const sumOf = (files: readonly ResolvedFile[]): number =>
  files.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0);

import { APIError } from '../core/api-error.ts';
import { ModelBoxError } from '../core/errors.ts';
import { inParallel } from '../core/in-parallel.ts';
import type { CallOptions } from '../core/options.ts';
import { slots } from '../core/slots.ts';
import { url } from '../core/url.ts';
import type { Resources } from '../generated/resources.ts';
import type { File, Version, VersionCreate } from '../generated/schemas.ts';
import type { Transfers } from '../transfers.ts';
import { patience } from '../uploads/patience.ts';
import type { SentFile } from '../uploads/upload-file.ts';
import { earlierUploads } from './earlier-uploads.ts';
import { finalize } from './finalize.ts';
import { folderItems } from './folder-items.ts';
import { hashOf } from './hash-of.ts';
import { type LocalFile, localFiles } from './local-file.ts';
import type { PushItem, PushOptions } from './options.ts';
import { resolveOptions } from './resolve-options.ts';
import { tally } from './tally.ts';

/**
 * The size from which the client first asks the server for equal content: sending such files takes longer than
 * hashing.
 */
const REUSE_FROM = 2 ** 20;

/** See `ModelBox.push`. */
export async function push(
  client: Resources,
  http: Transfers,
  model: string,
  create: Omit<VersionCreate, 'status'>,
  from: string | readonly PushItem[],
  options: PushOptions,
): Promise<Version> {
  const files = await localFiles(typeof from === 'string' ? await folderItems(from) : from);
  const { concurrency, call } = resolveOptions(options);
  const version = await client.models.versions.create(model, { ...create, status: 'pending' }, call);
  const wanted = new Set(files.map(({ path }) => path));
  const there = await stored(client, version, wanted, call);
  const earlier = await earlierUploads(client, version.id, wanted, call);

  const progress = tally(files.length, totalOf(files), options.onProgress);
  const connections = slots(concurrency);
  const sent: SentFile[] = [];
  await inParallel(files, { concurrency, signal: call.signal }, async (file, signal) => {
    const { path, content, size } = file;
    const onBytes = (bytes: number) => progress.at(path, bytes);
    const found = there.get(path);
    const mayBe = found?.state === 'verified' && found.sizeBytes === size;
    const known = size !== undefined && size >= REUSE_FROM && options.reuse !== false;
    const chunks = mayBe || known ? content.parts?.read(0, size ?? 0, 'passing') : undefined;
    // Content that is probably sent reports its progress then.
    const sha256 = chunks && (await hashOf(chunks, signal, mayBe ? onBytes : () => {}));
    let bytes = size;
    const isThere = sha256 !== undefined && mayBe && found.sha256 === sha256;
    if (!isThere && !(known && (await attach(file, sha256, signal)))) {
      const how = (now: number) => {
        bytes = now;
        onBytes(now);
      };
      const one = send(file, sha256, signal, how).catch(async (error: unknown) => {
        // A hash mismatch may only be a symptom of the change.
        await file.unchanged();
        throw error;
      });
      sent.push(await one);
    }
    await file.unchanged();
    await earlier.giveUp(path);
    progress.done(path, bytes ?? 0);
  });
  // Runs later, so that the server verifies one file while others are sent.
  await inParallel(sent, { concurrency, signal: call.signal }, async (file) => void (await file.verified()));
  if (version.status === 'ready') return version;
  const { pause } = patience(http.carrier(call), options.settleTimeoutMs);
  return finalize(client, version.id, call, pause);

  /** Creates the file from content that the server has. False if it lacks the content. */
  async function attach(
    { path, role, contentType }: LocalFile,
    sha256: string | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (sha256 === undefined) return false;
    const how = { ...(role && { role }), ...(contentType && { mediaType: contentType }) };
    try {
      const files = [{ path, sha256, ...how }];
      await client.versions.files.attach(version.id, { files }, { ...call, signal });
      return true;
    } catch (error) {
      if (error instanceof APIError && error.code === 'not_found') return false;
      throw error;
    }
  }

  function send(
    { path, source, role, contentType, size }: LocalFile,
    sha256: string | undefined,
    signal: AbortSignal,
    onProgress: (bytes: number) => void,
  ): Promise<SentFile> {
    const { partsFrom, partSize, direct, settleTimeoutMs } = options;
    const how = { ...call, signal, contentType, sizeBytes: size, sha256, onProgress };
    return http.sendFile({
      url: url`/v1/versions/${version.id}/files/${path}`,
      query: { role },
      to: { version: version.id, path },
      source,
      options: { ...how, partsFrom, partSize, direct, settleTimeoutMs, parallel: concurrency },
      slots: connections,
      known: earlier.of(path),
    });
  }
}

/** Lists the stored files of the version by path. Throws if one is not to be pushed. */
async function stored(
  client: Resources,
  { id }: Version,
  wanted: ReadonlySet<string>,
  call: CallOptions,
): Promise<Map<string, File>> {
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

const totalOf = (files: readonly LocalFile[]): number | undefined =>
  files.reduce<number | undefined>(
    (sum, { size }) => (sum === undefined || size === undefined ? undefined : sum + size),
    0,
  );

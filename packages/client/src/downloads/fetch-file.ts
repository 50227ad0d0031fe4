import { ChecksumError, ModelBoxError } from '../core/errors.ts';
import { nodeModule } from '../core/node.ts';
import { checkPartOptions, PARTS_FROM } from '../core/part-options.ts';
import { publishFile } from '../core/publish-file.ts';
import type { FetchOptions, WholeFile } from '../core/whole-file.ts';
import { fetchInOrder } from './in-order.ts';
import { fetchInParts } from './in-parts.ts';
import { whileLocked } from './lock.ts';
import { partialOf, removePartial } from './partial.ts';

/**
 * Downloads a stored file to `target`, which is replaced when the content is complete and verified. If the call fails
 * or is killed, its partial file stays beside the target, and the next call for the same content continues it.
 */
export async function fetchFile(file: WholeFile, target: string, options: FetchOptions): Promise<void> {
  checkPartOptions(options);
  await demandReplaceable(target);
  const partial = partialOf(target, file.sha256);
  const inParts = file.sizeBytes > 0 && file.sizeBytes >= (options.partsFrom ?? PARTS_FROM);
  const exact: WholeFile = {
    ...file,
    open: async (offset, length, signal) => exactly(await file.open(offset, length, signal), length),
  };
  const gather = () => (inParts ? fetchInParts : fetchInOrder)(exact, partial, options);
  await whileLocked(partial.lock, file.what, async () => {
    let { sha256, continued } = await gather();
    if (sha256 !== file.sha256 && continued) {
      // The earlier partial file may be wrong: a disk can lose writes, or somebody may have placed the file.
      await removePartial(partial);
      ({ sha256, continued } = await gather());
    }
    if (sha256 !== file.sha256) {
      await removePartial(partial);
      throw new ChecksumError(file.what, file.sha256, sha256);
    }
    await publishFile(partial.content, target);
    await removePartial(partial);
  });
}

/** A link, pipe or device at the target is intentional, and a rename would replace it silently. */
async function demandReplaceable(target: string): Promise<void> {
  const found = await nodeModule('fs/promises', 'Writing a file')
    .lstat(target)
    .catch(() => undefined);
  if (found === undefined || found.isFile()) return;
  const what = found.isSymbolicLink() ? 'a symbolic link' : 'not a regular file';
  throw new ModelBoxError(`${target} is ${what}, which is not replaced; remove it, or choose another path`);
}

/** Passes the chunks on and throws unless they have exactly `length` bytes. */
async function* exactly(chunks: AsyncIterable<Uint8Array>, length: number) {
  let left = length;
  for await (const chunk of chunks) {
    left -= chunk.byteLength;
    if (left < 0) break;
    yield chunk;
  }
  if (left !== 0) throw new ModelBoxError(`The server did not answer with the requested ${length} bytes`);
}

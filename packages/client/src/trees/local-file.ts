import { ModelBoxError } from '../core/errors.ts';
import type { Source } from '../core/source.ts';
import { readSource } from '../core/upload-source.ts';
import { checkPaths } from './check-paths.ts';
import type { PushItem } from './options.ts';

/** A file to push, in its state at the start of the push. */
export interface LocalFile extends PushItem {
  readonly content: Source;
  /** The size in bytes. Undefined for a stream. */
  readonly size: number | undefined;
  /** Throws `ModelBoxError` if the file has changed since the start of the push. */
  unchanged(): Promise<void>;
}

/** Opens the items, in the order of their paths. Throws if they cannot all be files in one folder. */
export async function localFiles(items: readonly PushItem[]): Promise<LocalFile[]> {
  if (items.length === 0) throw new ModelBoxError('There is no file to push');
  const files = new Map<string, LocalFile>();
  for (const item of items) {
    // The server stores names in NFC; some file systems do not.
    const path = item.path.normalize('NFC');
    if (files.has(path)) throw new ModelBoxError(`Two files have the path ${JSON.stringify(path)}`);
    files.set(path, { ...(await localFile(item)), path });
  }
  checkPaths([...files.keys()], false, false, 'push');
  return [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function localFile(item: PushItem): Promise<LocalFile> {
  const content = readSource(item.source);
  const fingerprint = async () => content.parts?.fingerprint();
  const before = await fingerprint();
  const unchanged = async () => {
    if ((await fingerprint()) !== before) throw new ModelBoxError(`${item.path} changed while it was sent`);
  };
  const size = content.again ? (await content.open()).size : undefined;
  return { ...item, content, size, unchanged };
}

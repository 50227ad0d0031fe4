import { ModelBoxError } from '../core/errors.ts';
import { nodeModule } from '../core/node.ts';
import { sha256 } from '../core/sha256.ts';
import { whileLocked } from './lock.ts';

const NEED = 'Writing a file';

/** Where the content of a file is gathered until it is whole: beside the file, so that it only has to be renamed. */
export interface Partial {
  readonly content: string;
  /** Which parts of the content are there, where it comes in parts. */
  readonly journal: string;
  /** Held while a call writes the other two. */
  readonly lock: string;
}

/**
 * The same for the same file and content, so that the next call finds what the last one left. The names are short, and
 * fit wherever the file's own does.
 */
export function partialOf(target: string, contentSha256: string): Partial {
  const paths = nodeModule('path', NEED);
  const hash = sha256();
  hash.update(new TextEncoder().encode(`${paths.basename(target)}\0${contentSha256}`));
  const stem = paths.join(paths.dirname(target), `.modelbox-${hash.hex().slice(0, 32)}`);
  return { content: `${stem}.part`, journal: `${stem}.journal`, lock: `${stem}.lock` };
}

export async function removePartial({ content, journal }: Partial): Promise<void> {
  const fs = nodeModule('fs/promises', NEED);
  await fs.rm(content, { force: true });
  await fs.rm(journal, { force: true });
}

/** Removes what a call left that was killed, the lock too; not what a call is at work on, which does that itself. */
export async function removeLeft(partial: Partial): Promise<void> {
  try {
    await whileLocked(partial.lock, partial.content, () => removePartial(partial));
  } catch (error) {
    if (!(error instanceof ModelBoxError)) throw error;
  }
}

import { ModelBoxError } from '../core/errors.ts';
import { nodeModule } from '../core/node.ts';
import { sha256 } from '../core/sha256.ts';
import { whileLocked } from './lock.ts';

const NEED = 'Writing a file';

/** The partial file, beside the target, so that a rename completes it. */
export interface Partial {
  readonly content: string;
  /** The parts on disk, if the file is downloaded in parts. */
  readonly journal: string;
  /** The lock of the call that writes the other two. */
  readonly lock: string;
}

/**
 * Equal targets and content give equal names, so that the next call finds the partial file. The names are short
 * enough to fit wherever the target fits.
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

/** Removes the files of a killed call and its lock, but not those of a running call. */
export async function removeLeft(partial: Partial): Promise<void> {
  try {
    await whileLocked(partial.lock, partial.content, () => removePartial(partial));
  } catch (error) {
    if (!(error instanceof ModelBoxError)) throw error;
  }
}

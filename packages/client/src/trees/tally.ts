import type { TreeOptions } from './options.ts';

/** Adds up the progress of files, each of which may restart. The reported sum never decreases. */
export interface Tally {
  /** Records the bytes of a file so far. */
  at(path: string, bytes: number): void;
  /** Records that a file is done, with `bytes` in total. */
  done(path: string, bytes: number): void;
}

export function tally(
  totalFiles: number,
  totalBytes: number | undefined,
  onProgress: TreeOptions['onProgress'],
): Tally {
  const soFar = new Map<string, number>();
  let bytes = 0;
  let told = 0;
  let files = 0;
  const tell = (path: string) => onProgress?.({ bytes: told, totalBytes, files, totalFiles, path });
  const add = (path: string, now: number): boolean => {
    bytes += now - (soFar.get(path) ?? 0);
    soFar.set(path, now);
    const isFurther = bytes > told;
    told = Math.max(told, bytes);
    return isFurther;
  };
  const at = (path: string, now: number) => {
    if (add(path, now)) tell(path);
  };
  const done = (path: string, size: number) => {
    files += 1;
    add(path, size);
    tell(path);
  };
  return { at, done };
}

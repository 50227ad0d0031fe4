import type { TreeOptions } from './options.ts';

/** Adds up what the files report, each of which may begin again. */
export interface Tally {
  /** `bytes` of the file so far. */
  at(path: string, bytes: number): void;
  /** The file is done, with `bytes` in all. */
  done(path: string, bytes: number): void;
}

export function tally(
  totalFiles: number,
  totalBytes: number | undefined,
  onProgress: TreeOptions['onProgress'],
): Tally {
  const soFar = new Map<string, number>();
  let bytes = 0;
  let files = 0;
  const at = (path: string, now: number) => {
    bytes += now - (soFar.get(path) ?? 0);
    soFar.set(path, now);
    onProgress?.({ bytes, totalBytes, files, totalFiles, path });
  };
  const done = (path: string, size: number) => {
    files += 1;
    at(path, size);
  };
  return { at, done };
}

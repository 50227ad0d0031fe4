/**
 * Who reads a blob that is a directory. A file that is open can be removed, but its parts are opened one after the
 * other: until the last reader in this process has left they stay, in the place that they were moved to.
 */
export interface DiskReaders {
  /** To be called before anything of the blob is read; and `leave` once, when nothing is read any more. */
  enter(key: string): DiskReader;
  /** To be called before the blob is moved. */
  moving(key: string, to: string): void;
  /** Resolves when nobody reads what has been moved. */
  left(key: string): Promise<void> | undefined;
}

export interface DiskReader {
  /** Where the blob may lie now, besides its own place. */
  readonly movedTo: readonly string[];
  leave(): void;
}

interface Reading {
  count: number;
  readonly movedTo: string[];
  readonly left: PromiseWithResolvers<void>;
}

export function createDiskReaders(): DiskReaders {
  const readings = new Map<string, Reading>();
  return {
    enter(key) {
      const reading = readings.get(key) ?? { count: 0, movedTo: [], left: Promise.withResolvers<void>() };
      readings.set(key, reading);
      reading.count += 1;
      return {
        movedTo: reading.movedTo,
        leave() {
          reading.count -= 1;
          if (reading.count > 0) return;
          readings.delete(key);
          reading.left.resolve();
        },
      };
    },
    moving: (key, to) => void readings.get(key)?.movedTo.push(to),
    left: (key) => readings.get(key)?.left.promise,
  };
}

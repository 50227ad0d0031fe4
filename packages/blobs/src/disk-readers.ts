/**
 * The readers of blobs that are directories. An open file survives its removal, but parts are opened one after the
 * other. So they stay, in their new place, until the last reader of this process has left.
 */
export interface DiskReaders {
  /** Must be called before the blob is read. Call `leave` once, when reading has ended. */
  enter(key: string): DiskReader;
  /** Must be called before the blob is moved. */
  moving(key: string, to: string): void;
  /** Resolves when the moved blob has no readers. */
  left(key: string): Promise<void> | undefined;
}

export interface DiskReader {
  /** The places of the blob besides the original one. */
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

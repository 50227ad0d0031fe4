import { nodeModule } from './node.ts';
import type { Source } from './upload-source.ts';

/** A file on this machine, read `chunk` bytes at a time. Fails as `node:fs` does, with `ENOENT` say. */
export function fileSource(path: string | URL, chunk: number): Source {
  const fs = nodeModule('fs/promises', 'Uploading from a path');
  return {
    again: true,
    open: async () => ({ size: (await fs.stat(path)).size, chunks: chunksOfFile() }),
  };

  async function* chunksOfFile(): AsyncGenerator<Uint8Array, void, undefined> {
    const file = await fs.open(path, 'r');
    try {
      for (;;) {
        // A new buffer each time: the last one may still be on its way.
        const buffer = new Uint8Array(chunk);
        const { bytesRead } = await file.read(buffer);
        if (bytesRead === 0) return;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  }
}

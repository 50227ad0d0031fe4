import { nodeModule } from './node.ts';
import type { Source } from './upload-source.ts';

/** A file on this machine, read `chunk` bytes at a time. Opening it fails as `node:fs` does, with `ENOENT` say. */
export function fileSource(path: string | URL, chunk: number): Source {
  const { open } = nodeModule('fs/promises', 'Uploading from a path');
  return {
    again: true,
    async open() {
      const file = await open(path, 'r');
      const { size } = await file.stat().catch(async (error) => {
        await file.close();
        throw error;
      });
      return { size, chunks: chunksOfFile(file, chunk) };
    },
  };
}

interface OpenFile {
  read(buffer: Uint8Array): Promise<{ bytesRead: number }>;
  close(): Promise<void>;
}

async function* chunksOfFile(file: OpenFile, chunk: number): AsyncGenerator<Uint8Array, void, undefined> {
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

// Reads a file and discards it, a MiB at a time.

import { open } from 'node:fs/promises';
import { serveParent } from './parent.ts';

serveParent(({ path }: { path: string }) => {
  const buffer = Buffer.allocUnsafe(2 ** 20);
  const run = async () => {
    const start = performance.now();
    const file = await open(path, 'r');
    let read = 0;
    for (let bytes = 1; bytes > 0; read += bytes) {
      bytes = (await file.read(buffer, 0, buffer.length, null)).bytesRead;
    }
    await file.close();
    return { count: read / 2 ** 20, seconds: (performance.now() - start) / 1000 };
  };
  return Promise.resolve({ url: '', run });
});

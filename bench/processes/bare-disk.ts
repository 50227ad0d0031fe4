// Bare Node HTTP in front of a disk. PUT: hashes, writes to one file, and waits for the disk. GET: sends another file.

import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { listen } from './http.ts';
import { serveParent } from './parent.ts';

const CHUNK = 2 ** 18;

serveParent(async ({ folder, path }: { folder: string; path: string }) => ({
  url: await listen(async (request, response) => {
    if (request.method === 'GET') {
      response.setHeader('content-length', (await stat(path)).size);
      return pipeline(createReadStream(path, { highWaterMark: CHUNK }), response);
    }
    const hash = createHash('sha256');
    const hashing = new PassThrough({ highWaterMark: CHUNK }).on('data', (chunk: Buffer) =>
      hash.update(chunk),
    );
    // `flush` calls fsync before the file is closed.
    const file = createWriteStream(join(folder, 'received'), { flush: true, highWaterMark: CHUNK });
    await pipeline(request, hashing, file);
    const answer = hash.digest('hex');
    response.setHeader('content-length', answer.length);
    response.end(answer);
  }),
}));

import { ModelBoxError } from './errors.ts';
import { nodeModule } from './node.ts';
import type { Source } from './upload-source.ts';

/** A file on this machine, read `chunk` bytes at a time. Fails as `node:fs` does, with `ENOENT` say. */
export function fileSource(path: string | URL, chunk: number): Required<Source> {
  const fs = nodeModule('fs/promises', 'Uploading from a path');
  const size = async () => (await fs.stat(path)).size;
  return {
    again: true,
    open: async () => ({ size: await size(), chunks: read(0, Infinity) }),
    parts: { size, read: whole, stamp },
  };

  async function* read(
    start: number,
    end: number,
    passing?: 'passing',
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const file = await fs.open(path, 'r');
    const room = () => new Uint8Array(Math.min(chunk, end - start));
    // Otherwise a new one each time: the last may still be on its way.
    const once = passing && room();
    try {
      for (let at = start; at < end; ) {
        const buffer = (once ?? room()).subarray(0, end - at);
        // Read to its end it may as well be a pipe, in which no place can be looked for.
        const place = end === Infinity ? null : at;
        const { bytesRead } = await file.read(buffer, 0, buffer.byteLength, place);
        if (bytesRead === 0) return;
        at += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  }

  async function* whole(
    offset: number,
    length: number,
    passing?: 'passing',
  ): AsyncGenerator<Uint8Array, void, undefined> {
    let left = length;
    for await (const part of read(offset, offset + length, passing)) {
      left -= part.byteLength;
      yield part;
    }
    if (left > 0) throw new ModelBoxError(`${path} became shorter while it was sent`);
  }

  async function stamp(): Promise<string> {
    const { ino, size, mtimeNs } = await fs.stat(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  }
}

import type { Stats } from 'node:fs';
import { ModelBoxError } from './errors.ts';
import { nodeModule } from './node.ts';
import type { Source } from './source.ts';

/**
 * A regular local file, read `chunk` bytes at a time. Fails like `node:fs`, for example with `ENOENT`.
 * @throws ModelBoxError for anything but a regular file: a pipe could block forever, and a device has no end
 */
export function fileSource(path: string | URL, chunk: number): Required<Source> {
  const fs = nodeModule('fs/promises', 'Uploading from a path');
  const size = async () => {
    const found = await fs.stat(path);
    demandFile(path, found);
    return found.size;
  };
  return {
    again: true,
    async open() {
      const before = await fingerprint();
      const unchanged = async () => {
        if ((await fingerprint()) !== before) throw new ModelBoxError(`${path} changed while it was sent`);
      };
      return { size: (await size()) || (await sizeOfEmpty()), chunks: read(0, Infinity), unchanged };
    },
    parts: { size, read: whole, fingerprint },
  };

  /** Files of `/proc` report a size of 0: only reading reveals their size. */
  async function sizeOfEmpty(): Promise<0 | undefined> {
    for await (const _ of read(0, 1)) return undefined;
    return 0;
  }

  async function* read(
    start: number,
    end: number,
    passing?: 'passing',
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const { O_RDONLY, O_NONBLOCK = 0 } = fs.constants;
    // Does not block, even if a pipe has replaced the file since.
    const file = await fs.open(path, O_RDONLY | O_NONBLOCK);
    const room = () => new Uint8Array(Math.min(chunk, end - start));
    // Otherwise allocates a new buffer, because the last one may still be in flight.
    const once = passing && room();
    try {
      demandFile(path, await file.stat());
      for (let at = start; at < end; ) {
        const buffer = (once ?? room()).subarray(0, end - at);
        const { bytesRead } = await file.read(buffer, 0, buffer.byteLength, at);
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

  async function fingerprint(): Promise<string> {
    const { ino, size, mtimeNs } = await fs.stat(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  }
}

function demandFile(path: string | URL, found: Stats): void {
  if (found.isFile()) return;
  const refused = (what: string) => new ModelBoxError(`${path} is ${what}`);
  if (found.isDirectory()) throw refused('a folder: `push` sends folders');
  if (found.isFIFO()) throw refused('a pipe, not a file: pass a stream of it, such as `process.stdin`');
  throw refused(
    `a ${found.isSocket() ? 'socket' : 'device'}, not a file: pass a stream of what is to be sent`,
  );
}

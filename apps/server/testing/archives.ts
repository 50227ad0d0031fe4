import { crc32 } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { type Entry, openPromise, type ZipFile } from 'yauzl';

/** A file of an archive, as an independent reader returns it. */
export interface ReadBack {
  readonly path: string;
  readonly sizeBytes: number;
  readonly mtime: Date;
  /** Empty for files larger than `KEPT`. */
  readonly content: Buffer;
}

/** Largest content in bytes that stays in memory. */
const KEPT = 2 ** 24;

export async function readTar(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<ReadBack[]> {
  const found: (Omit<ReadBack, 'content'> & { chunks: Buffer[] })[] = [];
  const parser = new Parser({ strict: true });
  parser.on('entry', (entry: ReadEntry) => {
    const kept: Buffer[] = [];
    found.push({ path: entry.path, sizeBytes: entry.size, mtime: entry.mtime ?? new Date(0), chunks: kept });
    entry.on('data', (chunk) => void (entry.size <= KEPT && kept.push(chunk)));
  });
  const failed = new Promise<never>((_, reject) => parser.on('error', reject));
  const read = async () => {
    for await (const chunk of chunks) parser.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
    const ended = new Promise((resolve) => parser.on('end', resolve));
    parser.end();
    await ended;
  };
  await Promise.race([read(), failed]);
  return found.map(({ chunks: kept, ...file }) => ({ ...file, content: Buffer.concat(kept) }));
}

export async function readZip(path: string): Promise<ReadBack[]> {
  const zip = await openPromise(path, { strictFileNames: true, validateEntrySizes: true });
  const found: ReadBack[] = [];
  try {
    for await (const entry of zip.eachEntry()) found.push(await readBack(zip, entry));
  } finally {
    zip.close();
  }
  return found;
}

async function readBack(zip: ZipFile, entry: Entry): Promise<ReadBack> {
  const sizeBytes = entry.uncompressedSize;
  const isRead = sizeBytes > 0 && sizeBytes <= KEPT;
  const chunks: Buffer[] = [];
  if (isRead) for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk);
  const content = Buffer.concat(chunks);
  if (isRead && crc32(content) !== entry.crc32) throw new Error(`${entry.fileName} has another CRC-32`);
  return { path: entry.fileName, sizeBytes, mtime: entry.getLastModDate(), content };
}

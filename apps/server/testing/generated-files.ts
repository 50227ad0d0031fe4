import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { parseFilePath } from '@modelbox/domain';
import fc from 'fast-check';
import type { Piece } from '../src/content/pieces.ts';
import type { OpenBlob } from '../src/content/stream-pieces.ts';
import type { ArchivedFile } from '../src/resources/archives/archived-file.ts';

/** Files for the archives' own code, generated as they are read. */

const name = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', '.', ' ', '-', '%', '"', '*'), minLength: 1, maxLength: 12 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
  fc.nat(255).map((length) => 'n'.repeat(length + 1)),
  fc.nat(126).map((length) => 'ö'.repeat(length + 1)),
);
/** Any path that a file can have here, long ones among them. */
export const filePath: fc.Arbitrary<string> = fc
  .array(name, { minLength: 1, maxLength: 8 })
  .map((names) => parseFilePath(names.join('/')))
  .filter((parsed) => parsed.ok)
  .map(({ path }) => path);

/** Files of these paths and sizes, each with content of its own. */
export function generated(wanted: readonly (readonly [path: string, sizeBytes: number])[]) {
  const files = wanted.map(([path, sizeBytes], index): ArchivedFile & { content: Buffer } => {
    const content = Buffer.alloc(sizeBytes, `${index}:${path}`);
    const sha256 = createHash('sha256').update(content).digest('hex');
    return { path, sizeBytes, sha256, key: `${index}`, content };
  });
  const open: OpenBlob = async (key) => {
    const { content, sizeBytes } = files[Number(key)]!;
    return { sizeBytes, stream: Readable.from([content]) };
  };
  return { files, open };
}

const ZEROS = Buffer.alloc(2 ** 26);

/** Files of zeros, of any size, that cost neither disk nor memory. */
export const zeros = {
  files: (files: readonly { path: string; sizeBytes: number }[]): ArchivedFile[] =>
    files.map((file) => ({ ...file, key: `${file.sizeBytes}`, sha256: '' })),
  open: (async (key) => {
    const sizeBytes = Number(key);
    function* chunks() {
      let left = sizeBytes;
      for (; left > ZEROS.length; left -= ZEROS.length) yield ZEROS;
      yield ZEROS.subarray(0, left);
    }
    return { sizeBytes, stream: Readable.from(chunks()) };
  }) as OpenBlob,
  /** To hash them would take its time, and shows nothing of the archive. */
  unverified: (piece: Piece): Piece => {
    if ('make' in piece) return piece;
    const { sha256: _, ...rest } = piece;
    return rest;
  },
};

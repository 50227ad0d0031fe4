import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTar } from '../../../testing/archives.ts';
import { filePath, generated, zeros } from '../../../testing/generated-files.ts';
import { type Piece, sizeOf } from '../../content/pieces.ts';
import { streamPieces } from '../../content/stream-pieces.ts';
import { tarPieces } from './tar.ts';
import { tarHeader, tarHeaderSize } from './tar-header.ts';

const MTIME = Date.UTC(2026, 10, 23, 12, 0, 1) / 1000;

describe('tarPieces', () => {
  it('yields a tar that reads back unchanged for all paths and sizes', async () => {
    const files = fc.uniqueArray(fc.tuple(filePath, fc.nat(2000)), {
      selector: ([path]) => path,
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(files, async (wanted) => {
        const { files: sources, open } = generated(wanted);
        const pieces = [...tarPieces(sources, MTIME)];
        const chunks = await Array.fromAsync(await streamPieces(pieces, open));
        const bytes = Buffer.concat(chunks as Buffer[]);
        expect(bytes.length).toBe(sizeOf(pieces));
        expect(bytes.length % 512).toBe(0);
        const found = await readTar([bytes]);
        expect(found.map(({ path, sizeBytes }) => [path, sizeBytes])).toEqual(wanted);
        for (const [index, { content, mtime }] of found.entries()) {
          expect(content.equals(sources[index]?.content ?? Buffer.of())).toBe(true);
          expect(mtime.getTime()).toBe(MTIME * 1000);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('yields only the end without files', async () => {
    const chunks = await Array.fromAsync(await streamPieces(tarPieces([], MTIME), zeros.open));
    expect(Buffer.concat(chunks as Buffer[])).toEqual(Buffer.alloc(1024));
  });

  it('supports files of more than 8 GiB', async () => {
    const big = 8 * 2 ** 30 + 5;
    const files = [
      { path: 'big.bin', sizeBytes: big },
      { path: 'größe/big.bin', sizeBytes: 2 ** 33 },
      { path: 'small.bin', sizeBytes: 3 },
    ];
    const pieces = [...tarPieces(zeros.files(files), MTIME)].map(zeros.unverified);
    const found = await readTar(await streamPieces(pieces, zeros.open));
    expect(found.map(({ path, sizeBytes }) => ({ path, sizeBytes }))).toEqual(files);
    expect(found.at(-1)?.content).toEqual(Buffer.alloc(3));
  });

  it('ends within a file, whichever piece fails', () => {
    const { files } = generated([
      ['a', 512],
      ['b', 0],
      ['c', 100],
    ]);
    const kinds = [...tarPieces(files, MTIME)].map((piece: Piece) => ('make' in piece ? 'made' : 'stored'));
    expect(kinds).toEqual(['made', 'stored', 'made', 'stored', 'made', 'stored', 'made']);
  });
});

describe('tarHeader', () => {
  it('has the announced length for all paths and sizes', () => {
    const size = fc.oneof(fc.nat(), fc.integer({ min: 8 ** 11 - 2, max: 8 ** 11 + 1 }), fc.maxSafeNat());
    fc.assert(
      fc.property(filePath, size, (path, sizeBytes) => {
        const header = tarHeader({ path, sizeBytes, mtime: MTIME });
        expect(header.length).toBe(tarHeaderSize(path, sizeBytes));
        expect(header.length % 512).toBe(0);
      }),
    );
  });

  it.each([
    ['a', 512],
    ['a'.repeat(100), 512],
    [`${'d'.repeat(155)}/${'n'.repeat(100)}`, 512],
    ['a'.repeat(101), 1536],
    [`${'d'.repeat(156)}/${'n'.repeat(100)}`, 1536],
    [`${'d'.repeat(155)}/${'n'.repeat(101)}`, 1536],
    ['ä', 1536],
    [`${'d'.repeat(250)}/`.repeat(4) + 'n'.repeat(20), 2560],
  ])('for %j has %i bytes', (path, length) => {
    expect(tarHeader({ path, sizeBytes: 0, mtime: MTIME }).length).toBe(length);
  });
});

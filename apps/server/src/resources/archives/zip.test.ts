import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPromise } from 'yauzl';
import { readZip } from '../../../testing/archives.ts';
import { filePath, generated, zeros } from '../../../testing/generated-files.ts';
import { sizeOf } from '../../content/pieces.ts';
import { streamPieces } from '../../content/stream-pieces.ts';
import { zipPieces } from './zip.ts';

const MTIME = Date.UTC(2026, 10, 23, 12, 0, 1) / 1000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modelbox-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('zipPieces', () => {
  it('yields a zip that reads back unchanged for all paths and sizes', async () => {
    const files = fc.uniqueArray(fc.tuple(filePath, fc.nat(2000)), {
      selector: ([path]) => path,
      maxLength: 12,
    });
    const file = join(folder, 'any.zip');
    await fc.assert(
      fc.asyncProperty(files, async (wanted) => {
        const { files: sources, open: openFile } = generated(wanted);
        const chunks = await Array.fromAsync(await streamPieces(zipPieces(sources, MTIME), openFile));
        const bytes = Buffer.concat(chunks as Buffer[]);
        expect(bytes.length).toBe(sizeOf(zipPieces(sources, MTIME)));
        await writeFile(file, bytes);
        const found = await readZip(file);
        expect(found.map(({ path, sizeBytes }) => [path, sizeBytes])).toEqual(wanted);
        for (const [index, { content, mtime }] of found.entries()) {
          expect(content.equals(sources[index]?.content ?? Buffer.of())).toBe(true);
          expect(mtime.getTime()).toBe(MTIME * 1000);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('yields the same bytes in every time zone', async () => {
    const zone = process.env['TZ'];
    const { files, open: openFile } = generated([['a', 10]]);
    const bytes = async (tz: string) => {
      process.env['TZ'] = tz;
      return Buffer.concat(
        (await Array.fromAsync(await streamPieces(zipPieces(files, MTIME), openFile))) as Buffer[],
      );
    };
    try {
      expect(new Date(0).getTimezoneOffset()).not.toBeNaN();
      expect((await bytes('Asia/Tokyo')).equals(await bytes('America/Lima'))).toBe(true);
    } finally {
      process.env['TZ'] = zone;
      if (zone === undefined) delete process.env['TZ'];
    }
  });

  it('supports files of more than 4 GiB, and files after them', async () => {
    const files = [
      { path: 'small.bin', sizeBytes: 5 },
      { path: 'largest-without-zip64.bin', sizeBytes: 2 ** 32 - 2 },
      { path: 'größe.bin', sizeBytes: 2 ** 32 + 1 },
      { path: 'last.bin', sizeBytes: 3 },
    ];
    const file = join(folder, 'big.zip');
    await writeSparse(file, zeros.files(files));
    const found = await readZip(file);
    expect(found.map(({ path, sizeBytes }) => ({ path, sizeBytes }))).toEqual(files);
    expect(found.at(-1)?.content).toEqual(Buffer.alloc(3));
  });

  it('supports more entries than fit into a count of two bytes', async () => {
    const files = Array.from({ length: 66_000 }, (_, index) => ({ path: `f-${index}`, sizeBytes: 0 }));
    const file = join(folder, 'many.zip');
    await writeSparse(file, zeros.files(files));
    const zip = await openPromise(file);
    expect(zip.entryCount).toBe(66_000);
    for await (const entry of zip.eachEntry()) {
      expect(entry.fileName).toBe('f-0');
      break;
    }
    zip.close();
  });
});

/** Writes a zip to disk, with holes in place of its files. */
async function writeSparse(path: string, files: ReturnType<typeof zeros.files>): Promise<void> {
  const pieces = function* () {
    for (const piece of zipPieces(files, MTIME)) yield zeros.unverified(piece);
  };
  const file = await open(path, 'w');
  let at = 0;
  let records: Buffer[] = [];
  const flush = async () => {
    const bytes = Buffer.concat(records);
    await file.write(bytes, 0, bytes.length, at - bytes.length);
    records = [];
  };
  for await (const chunk of await streamPieces(pieces(), zeros.open)) {
    const isHole = (chunk as Buffer).length > 100_000;
    if (isHole) await flush();
    else records.push(chunk as Buffer);
    at += (chunk as Buffer).length;
  }
  await flush();
  expect(at).toBe(sizeOf(zipPieces(files, MTIME)));
  await file.truncate(at);
  await file.close();
}

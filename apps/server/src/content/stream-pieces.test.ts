import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { glob, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addAbortSignal, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { BlobNotFound, type BlobStore, openDiskStore } from '@modelbox/blobs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { made, type StoredPiece } from './pieces.ts';
import { ContentDamaged, type OpenBlob, streamPieces } from './stream-pieces.ts';

let root: string;
let store: BlobStore;
/** The opened blobs, in order. */
let opened: Readable[];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'modelbox-test-'));
  store = await openDiskStore({ root });
});
afterAll(() => rm(root, { recursive: true, force: true }));

function opener(): OpenBlob {
  opened = [];
  return async (key, range) => {
    const reading = await store.read(key, range ? { range } : {});
    opened.push(reading.stream);
    return reading;
  };
}

async function stored(content: Buffer): Promise<StoredPiece & { sha256: string }> {
  const { key, sizeBytes, sha256 } = await store.write(Readable.from([content]));
  return { sizeBytes, blob: { key, sizeBytes }, sha256 };
}

async function pathOf({ blob }: StoredPiece): Promise<string> {
  const [path] = await Array.fromAsync(glob(`**/${blob.key}`, { cwd: root }));
  return join(root, String(path));
}

const areClosed = (): boolean => opened.every((stream) => stream.closed);

describe('streamPieces', () => {
  it('streams the pieces in order, verified', async () => {
    const [a, b] = [randomBytes(700_000), randomBytes(3)];
    const pieces = [made(Buffer.from('<')), await stored(a), made(Buffer.from('|')), await stored(b)];
    const tail = { ...(await stored(a)), range: { start: 5, end: 9 }, sizeBytes: 5 };
    const { sha256: _, ...part } = tail;
    const read = await buffer(await streamPieces([...pieces, part, made(Buffer.from('>'))], opener()));
    const wanted = ['<', a, '|', b, a.subarray(5, 10), '>'].map((bytes) => Buffer.from(bytes));
    expect(read.equals(Buffer.concat(wanted))).toBe(true);
    expect(areClosed()).toBe(true);
  });

  it.each([
    ['nothing', []],
    ['made bytes alone', [made(Buffer.from('ab')), made(Buffer.from('c'))]],
  ])('streams %s', async (_, pieces) => {
    const wanted = Buffer.concat(pieces.map((piece) => piece.make()));
    expect(await buffer(await streamPieces(pieces, opener()))).toEqual(wanted);
  });

  it('does not open empty blobs, and opens a blob only after the pieces before it were read', async () => {
    const content = randomBytes(1_000_000);
    const first = await stored(content);
    const empty = { ...(await stored(Buffer.alloc(0))) };
    let seen = 0;
    function* pieces() {
      yield empty;
      const count = (chunk: Uint8Array) => {
        seen += chunk.length;
      };
      yield { ...first, seen: count };
      expect(seen).toBe(content.length);
      yield made(Buffer.from('end'));
    }
    const read = await buffer(await streamPieces(pieces(), opener()));
    expect(read.length).toBe(content.length + 3);
    expect(opened).toHaveLength(1);
  });

  it('opens the first blob before it sends anything, and never two at a time', async () => {
    const blobs = [await stored(randomBytes(300_000)), await stored(randomBytes(300_000))];
    const stream = await streamPieces(blobs, opener());
    expect(opened).toHaveLength(1);
    for await (const _ of stream) expect(opened.filter((one) => !one.closed).length).toBeLessThan(2);
    expect(opened).toHaveLength(2);
    await store.delete(String(blobs[0]?.blob.key));
    await expect(streamPieces(blobs, opener())).rejects.toThrow(BlobNotFound);
  });

  it('fails before the last chunk if the stored content is damaged', async () => {
    const content = randomBytes(600_000);
    const [good, bad] = [await stored(content), await stored(content)];
    content[10]! ^= 1;
    await writeFile(await pathOf(bad), content);
    const stream = await streamPieces([good, made(Buffer.from('x')), bad, good], opener());
    let sent = 0;
    const reading = async () => {
      for await (const chunk of stream) sent += (chunk as Buffer).length;
    };
    await expect(reading()).rejects.toThrow(ContentDamaged);
    expect(sent).toBeGreaterThan(600_000);
    expect(sent).toBeLessThan(1_200_001);
    await expect.poll(areClosed).toBe(true);
  });

  it('fails at once if a blob has another size', async () => {
    for (const size of [9, 11]) {
      const piece = await stored(randomBytes(10));
      await truncate(await pathOf(piece), size);
      const wanted = { ...piece, range: { start: 0, end: 3 }, sizeBytes: 4 };
      await expect(streamPieces([wanted], opener())).rejects.toThrow(`it has ${size} bytes, not 10`);
      await expect.poll(areClosed).toBe(true);
    }
  });

  it('fails at once if the first blob ends early before anything was sent', async () => {
    const piece = await stored(randomBytes(10));
    const short: OpenBlob = async () => ({ sizeBytes: 10, stream: Readable.from([Buffer.alloc(4)]) });
    await expect(streamPieces([piece], short)).rejects.toThrow('ended 6 bytes early');
  });

  it('fails if a later blob ends early', async () => {
    const piece = await stored(randomBytes(10));
    const chunks = [Buffer.alloc(4), Buffer.alloc(4)];
    const short: OpenBlob = async () => ({ sizeBytes: 10, stream: Readable.from(chunks) });
    await expect(buffer(await streamPieces([piece], short))).rejects.toThrow('ended 2 bytes early');
  });

  it('closes the blob if the reader leaves before it begins', async () => {
    const gone = new AbortController();
    const open = opener();
    const abortable: OpenBlob = async (key, range) => {
      const reading = await open(key, range);
      addAbortSignal(gone.signal, reading.stream);
      return reading;
    };
    const unread = await streamPieces([await stored(randomBytes(10))], open);
    unread.destroy();
    await expect.poll(areClosed).toBe(true);
    const broken = await streamPieces([await stored(randomBytes(2_000_000))], abortable);
    gone.abort();
    await expect(buffer(broken)).rejects.toThrow();
  });

  it('closes the blob if the reader leaves', async () => {
    const blobs = [await stored(randomBytes(5_000_000)), await stored(randomBytes(10))];
    const stream = await streamPieces(blobs, opener());
    await once(stream, 'readable');
    stream.destroy();
    await once(stream, 'close');
    await expect.poll(areClosed).toBe(true);
    expect(opened).toHaveLength(1);
  });
});

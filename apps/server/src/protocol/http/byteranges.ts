import type { SelectedRange } from './ranges.ts';

export interface Byteranges {
  readonly headers: { readonly 'content-type': string; readonly 'content-length': string };
  readonly parts: readonly { readonly head: Buffer; readonly range: SelectedRange }[];
  readonly tail: Buffer;
}

/**
 * Frames ranges as `multipart/byteranges` (RFC 9110, section 14.6). Pure.
 * @param boundary must not occur in the content: pass a random one that no uploader could guess.
 */
export function byteranges(
  ranges: readonly SelectedRange[],
  content: { readonly sizeBytes: number; readonly type: string },
  boundary: string,
): Byteranges {
  const parts = ranges.map((range, index) => ({
    range,
    head: Buffer.from(
      `${index === 0 ? '' : '\r\n'}--${boundary}\r\nContent-Type: ${content.type}\r\n` +
        `Content-Range: bytes ${range.start}-${range.end}/${content.sizeBytes}\r\n\r\n`,
      // Node encodes headers as Latin-1 too.
      'latin1',
    ),
  }));
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1');
  const length = parts.reduce(
    (sum, { head, range }) => sum + head.length + range.end - range.start + 1,
    tail.length,
  );
  return {
    headers: {
      'content-type': `multipart/byteranges; boundary=${boundary}`,
      'content-length': `${length}`,
    },
    parts,
    tail,
  };
}

/** The headers of a tar by POSIX.1-2001 (pax). Pure: the same entry gives the same bytes, on any machine. */

/** Everything in a tar is a multiple of this. */
export const BLOCK = 512;

/** The largest size that eleven octal digits hold. */
const OCTAL_MAX = 8 ** 11 - 1;
const NAME_MAX = 100;
const PREFIX_MAX = 155;

export interface TarEntry {
  readonly path: string;
  readonly sizeBytes: number;
  /** Whole seconds since 1970. */
  readonly mtime: number;
}

/** What comes before the content: one block; before it a pax header where one block cannot say all. */
export function tarHeader({ path, sizeBytes, mtime }: TarEntry): Uint8Array {
  const records = paxRecords(path, sizeBytes);
  const place = split(path) ?? { name: likeness(path), prefix: '' };
  const own = block({ ...place, sizeBytes, mtime, type: '0' });
  if (records.length === 0) return own;
  const pax = { name: 'PaxHeaders/next', prefix: '', sizeBytes: records.length, mtime, type: 'x' };
  return Buffer.concat([block(pax), records, Buffer.alloc(padding(records.length)), own]);
}

/** The length of `tarHeader`, without making it. */
export function tarHeaderSize(path: string, sizeBytes: number): number {
  const { length } = paxRecords(path, sizeBytes);
  return length === 0 ? BLOCK : BLOCK + length + padding(length) + BLOCK;
}

/** Zeros from the end of content to the next block. */
export const padding = (sizeBytes: number): number => (BLOCK - (sizeBytes % BLOCK)) % BLOCK;

/** A path in the two fields that a block has for it, which are joined by a slash; ASCII only. */
function split(path: string): { name: string; prefix: string } | undefined {
  if (!/^[\x20-\x7e]+$/.test(path)) return undefined;
  if (path.length <= NAME_MAX) return { name: path, prefix: '' };
  const slash = path.indexOf('/', path.length - NAME_MAX - 1);
  return slash > 0 && slash <= PREFIX_MAX
    ? { name: path.slice(slash + 1), prefix: path.slice(0, slash) }
    : undefined;
}

/** For readers that know no pax: they see something like the name. */
const likeness = (path: string): string => path.replace(/[^\x20-\x7e]/gu, '_').slice(-NAME_MAX);

function paxRecords(path: string, sizeBytes: number): Buffer {
  const name = split(path) === undefined ? paxRecord('path', path) : '';
  const size = sizeBytes > OCTAL_MAX ? paxRecord('size', `${sizeBytes}`) : '';
  return Buffer.from(name + size);
}

/** `<length> <key>=<value>\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const length = Buffer.byteLength(rest);
  let total = length;
  while (total !== length + `${total}`.length) total = length + `${total}`.length;
  return `${total}${rest}`;
}

interface Block {
  readonly name: string;
  readonly prefix: string;
  readonly sizeBytes: number;
  readonly mtime: number;
  readonly type: string;
}

function block({ name, prefix, sizeBytes, mtime, type }: Block): Buffer {
  const bytes = Buffer.alloc(BLOCK);
  bytes.write(name, 0, 'latin1');
  bytes.write(octal(0o644, 8), 100, 'latin1');
  bytes.write(octal(0, 8), 108, 'latin1');
  bytes.write(octal(0, 8), 116, 'latin1');
  writeSize(bytes, sizeBytes);
  bytes.write(octal(mtime, 12), 136, 'latin1');
  bytes.write(type, 156, 'latin1');
  bytes.write('ustar\u000000', 257, 'latin1');
  bytes.write(octal(0, 8), 329, 'latin1');
  bytes.write(octal(0, 8), 337, 'latin1');
  bytes.write(prefix, 345, 'latin1');
  // The sum counts itself as spaces.
  bytes.fill(' ', 148, 156);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${octal(sum, 7)}\0`, 148, 'latin1');
  return bytes;
}

/** A size that is too large for octal is in base 256, as GNU tar has it, besides in pax. */
function writeSize(bytes: Buffer, sizeBytes: number): void {
  if (sizeBytes <= OCTAL_MAX) {
    bytes.write(octal(sizeBytes, 12), 124, 'latin1');
  } else {
    bytes[124] = 0x80;
    bytes.writeBigUInt64BE(BigInt(sizeBytes), 128);
  }
}

/** Octal digits in a field that ends in NUL. */
const octal = (value: number, length: number): string => value.toString(8).padStart(length - 1, '0');

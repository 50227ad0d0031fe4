/** Tar headers by POSIX.1-2001 (pax). The same entry gives the same bytes on every machine. */

/** Every part of a tar is a multiple of this size. */
export const BLOCK = 512;

const OCTAL_MAX = 8 ** 11 - 1;
const NAME_MAX = 100;
const PREFIX_MAX = 155;

export interface TarEntry {
  readonly path: string;
  readonly sizeBytes: number;
  /** Whole seconds since 1970. */
  readonly mtime: number;
}

/** Returns the header of an entry: one block, after a pax header if path or size do not fit into one block. */
export function tarHeader({ path, sizeBytes, mtime }: TarEntry): Uint8Array {
  const records = paxRecords(path, sizeBytes);
  const place = split(path) ?? { name: likeness(path), prefix: '' };
  const own = block({ ...place, sizeBytes, mtime, type: '0' });
  if (records.length === 0) return own;
  const pax = { name: 'PaxHeaders/next', prefix: '', sizeBytes: records.length, mtime, type: 'x' };
  return Buffer.concat([block(pax), records, Buffer.alloc(padding(records.length)), own]);
}

/** Returns the length of `tarHeader` without building it. */
export function tarHeaderSize(path: string, sizeBytes: number): number {
  const { length } = paxRecords(path, sizeBytes);
  return length === 0 ? BLOCK : BLOCK + length + padding(length) + BLOCK;
}

/** Returns the number of zeros between the end of content and the next block. */
export const padding = (sizeBytes: number): number => (BLOCK - (sizeBytes % BLOCK)) % BLOCK;

/**
 * Splits a path into the two fields of a block, which readers join by a slash. Undefined if it is not ASCII or too
 * long.
 */
function split(path: string): { name: string; prefix: string } | undefined {
  if (!/^[\x20-\x7e]+$/.test(path)) return undefined;
  if (path.length <= NAME_MAX) return { name: path, prefix: '' };
  const slash = path.indexOf('/', path.length - NAME_MAX - 1);
  return slash > 0 && slash <= PREFIX_MAX
    ? { name: path.slice(slash + 1), prefix: path.slice(0, slash) }
    : undefined;
}

/** Returns an ASCII approximation of the path, for readers without pax. */
const likeness = (path: string): string => path.replace(/[^\x20-\x7e]/gu, '_').slice(-NAME_MAX);

function paxRecords(path: string, sizeBytes: number): Buffer {
  const name = split(path) === undefined ? paxRecord('path', path) : '';
  const size = sizeBytes > OCTAL_MAX ? paxRecord('size', `${sizeBytes}`) : '';
  return Buffer.from(name + size);
}

/** Returns `<length> <key>=<value>\n`. The length includes its own digits. */
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
  // The checksum is computed with spaces in its own field.
  bytes.fill(' ', 148, 156);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${octal(sum, 7)}\0`, 148, 'latin1');
  return bytes;
}

/** Writes a size that is too large for octal in base 256, as GNU tar does, in addition to the pax header. */
function writeSize(bytes: Buffer, sizeBytes: number): void {
  if (sizeBytes <= OCTAL_MAX) {
    bytes.write(octal(sizeBytes, 12), 124, 'latin1');
  } else {
    bytes[124] = 0x80;
    bytes.writeBigUInt64BE(BigInt(sizeBytes), 128);
  }
}

/** Returns octal digits for a field that ends in NUL. */
const octal = (value: number, length: number): string => value.toString(8).padStart(length - 1, '0');

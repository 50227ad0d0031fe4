/**
 * Zip records by APPNOTE 6.3.10, for uncompressed entries with UTF-8 names whose CRC-32 follows the content. The same
 * entry gives the same bytes in every time zone.
 */

/** From this value on, sizes and offsets need a zip64 field. */
const MAX_32 = 0xffff_ffff;
const MAX_16 = 0xffff;
const VERSION = 20;
const VERSION_ZIP64 = 45;
const UNIX = 3 << 8;
/** Sizes and CRC follow the content (bit 3); the name is UTF-8 (bit 11). */
const FLAGS = 0x0808;
const REGULAR_FILE = 0o100644;

export interface ZipEntry {
  readonly name: Buffer;
  readonly sizeBytes: number;
  /** Whole seconds since 1970. */
  readonly mtime: number;
}

export interface SentEntry extends ZipEntry {
  readonly crc: number;
  readonly offset: number;
}

/** Little-endian fields: `[bytes, value]`. */
type Field = readonly [1 | 2 | 4 | 8, number];

function record(...fields: readonly Field[]): Buffer {
  const bytes = Buffer.alloc(fields.reduce((sum, [size]) => sum + size, 0));
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 8) bytes.writeBigUInt64LE(BigInt(value), at);
    else bytes.writeUIntLE(value, at, size);
    at += size;
  }
  return bytes;
}

const isLarge = (value: number): boolean => value >= MAX_32;
const versionFor = (isZip64: boolean): number => (isZip64 ? VERSION_ZIP64 : VERSION);

/** Returns the length of `localHeader` without building it. */
export const localHeaderSize = ({ name, sizeBytes, mtime }: ZipEntry): number =>
  30 + name.length + (isLarge(sizeBytes) ? 20 : 0) + timestampSize(mtime);

export function localHeader({ name, sizeBytes, mtime }: ZipEntry): Buffer {
  const isZip64 = isLarge(sizeBytes);
  const size = isZip64 ? MAX_32 : 0;
  // The zip64 field tells readers that the sizes after the content have eight bytes.
  const zip64 = isZip64 ? record([2, 1], [2, 16], [8, 0], [8, 0]) : Buffer.alloc(0);
  const extra = Buffer.concat([zip64, timestamp(mtime)]);
  const head = record(
    [4, 0x04034b50],
    [2, versionFor(isZip64)],
    [2, FLAGS],
    [2, 0],
    ...dosTime(mtime),
    [4, 0],
    [4, size],
    [4, size],
    [2, name.length],
    [2, extra.length],
  );
  return Buffer.concat([head, name, extra]);
}

export const dataDescriptorSize = (sizeBytes: number): number => (isLarge(sizeBytes) ? 24 : 16);

export function dataDescriptor(sizeBytes: number, crc: number): Buffer {
  const size: Field = [isLarge(sizeBytes) ? 8 : 4, sizeBytes];
  return record([4, 0x08074b50], [4, crc], size, size);
}

/** Returns the length of `centralHeader` without building it. */
export const centralHeaderSize = ({ name, sizeBytes, mtime, offset }: Omit<SentEntry, 'crc'>): number =>
  46 + name.length + (isLarge(sizeBytes) || isLarge(offset) ? 28 : 0) + timestampSize(mtime);

export function centralHeader({ name, sizeBytes, mtime, crc, offset }: SentEntry): Buffer {
  // All three or none: if only some are present, some readers (Info-ZIP 6.0) confuse them.
  const isZip64 = isLarge(sizeBytes) || isLarge(offset);
  const zip64 = isZip64
    ? record([2, 1], [2, 24], [8, sizeBytes], [8, sizeBytes], [8, offset])
    : Buffer.alloc(0);
  const extra = Buffer.concat([zip64, timestamp(mtime)]);
  const size: Field = [4, isZip64 ? MAX_32 : sizeBytes];
  const head = record(
    [4, 0x02014b50],
    [2, UNIX | VERSION_ZIP64],
    [2, versionFor(isZip64)],
    [2, FLAGS],
    [2, 0],
    ...dosTime(mtime),
    [4, crc],
    size,
    size,
    [2, name.length],
    [2, extra.length],
    [2, 0],
    [2, 0],
    [2, 0],
    [4, REGULAR_FILE * 2 ** 16],
    [4, isZip64 ? MAX_32 : offset],
  );
  return Buffer.concat([head, name, extra]);
}

export function endRecords(count: number, directory: { offset: number; sizeBytes: number }): Buffer {
  const { offset, sizeBytes } = directory;
  const end = record(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, Math.min(count, MAX_16)],
    [2, Math.min(count, MAX_16)],
    [4, Math.min(sizeBytes, MAX_32)],
    [4, Math.min(offset, MAX_32)],
    [2, 0],
  );
  if (count < MAX_16 && !isLarge(sizeBytes) && !isLarge(offset)) return end;
  const zip64 = record(
    [4, 0x06064b50],
    [8, 44],
    [2, UNIX | VERSION_ZIP64],
    [2, VERSION_ZIP64],
    [4, 0],
    [4, 0],
    [8, count],
    [8, count],
    [8, sizeBytes],
    [8, offset],
  );
  const locator = record([4, 0x07064b50], [4, 0], [8, offset + sizeBytes], [4, 1]);
  return Buffer.concat([zip64, locator, end]);
}

const hasTimestamp = (mtime: number): boolean => mtime < 2 ** 31;
const timestampSize = (mtime: number): number => (hasTimestamp(mtime) ? 9 : 0);

/** The "extended timestamp" of Info-ZIP: seconds in UTC, because the header field has no time zone. */
const timestamp = (mtime: number): Buffer =>
  hasTimestamp(mtime) ? record([2, 0x5455], [2, 5], [1, 1], [4, mtime]) : Buffer.alloc(0);

/** The format demands local time without a zone; this is UTC. From 1980 to 2107, in steps of two seconds. */
function dosTime(mtime: number): [Field, Field] {
  const time = new Date(mtime * 1000);
  const year = Math.min(Math.max(time.getUTCFullYear() - 1980, 0), 127);
  const day = year * 512 + (time.getUTCMonth() + 1) * 32 + time.getUTCDate();
  const clock = time.getUTCHours() * 2048 + time.getUTCMinutes() * 32 + (time.getUTCSeconds() >> 1);
  return [
    [2, clock],
    [2, day],
  ];
}

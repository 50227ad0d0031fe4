const DEPTH = 200_000;
const VALUES = 2_000_000;
const MEMBERS = 200_000;
const CHARACTERS = 15_000_000;

/** Bodies of a new version that are as expensive to parse as possible. Some keep to every limit, some to none. */
export function hostileBodies(): ReadonlyMap<string, Buffer> {
  const version = (metadata: string) => Buffer.from(`{"version": "x", "metadata": {"a": ${metadata}}}`);
  const members = (count: number) => Array.from({ length: count }, (_, n) => `"key-${n}":${n}`).join(',');
  return new Map([
    ['deep', version('['.repeat(DEPTH) + ']'.repeat(DEPTH))],
    ['wide', version(`[${'0,'.repeat(VALUES)}0]`)],
    ['wide, allowed', version(`[${'0,'.repeat(30_000)}0]`)],
    ['many keys', version(`{${members(MEMBERS)}}`)],
    ['huge string', version(`"${'x'.repeat(CHARACTERS)}"`)],
    ['huge escapes', version(`"${'\\u0041'.repeat(CHARACTERS / 6)}"`)],
    ['huge number', version('9'.repeat(CHARACTERS))],
    ['same key', version(`{${'"a":1,'.repeat(MEMBERS)}"a":1}`)],
    ['deep, allowed', version(`${'{"a":'.repeat(60)}0${'}'.repeat(60)}`)],
    ['cut off', version(`[${'{"a":[1,2,3]},'.repeat(100_000)}`).subarray(0, -2)],
    ['metrics', Buffer.from(`{"version": "y", "metrics": {${members(16_000)}}}`)],
    ['unknown fields', Buffer.from(`{"version": "z", ${members(16_000)}}`)],
  ]);
}

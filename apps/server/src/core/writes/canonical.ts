import { createHash } from 'node:crypto';

/** Returns the same JSON text for equal values: members sorted by name, undefined members left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Returns the SHA-256 of the body of a create, to recognize a repeated create. A null member counts as missing. */
export function bodyHash(body: object): Buffer {
  const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
  return createHash('sha256').update(canonicalJson(given)).digest();
}

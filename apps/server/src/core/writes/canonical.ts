import { createHash } from 'node:crypto';

/** JSON text that is the same for the same value: members in order of their names, absent ones left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** SHA-256 of a create's body, by which a repeated create is known. A member that is null counts as one left out. */
export function bodyHash(body: object): Buffer {
  const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
  return createHash('sha256').update(canonicalJson(given)).digest();
}

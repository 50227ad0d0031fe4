import { createHash } from 'node:crypto';

/** JSON text that is the same for the same value: members in order of their names, absent ones left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** SHA-256 of a create's body: by it a repeated create is known. */
export const bodyHash = (body: unknown): Buffer => createHash('sha256').update(canonicalJson(body)).digest();

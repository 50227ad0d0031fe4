/** A random key of 128 bits. */
export function idempotencyKey(): string {
  // Not `randomUUID`: browsers have that on secure origins only, and a server at home has none.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

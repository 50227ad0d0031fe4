export function idempotencyKey(): string {
  // `randomUUID` exists only in secure contexts of browsers, which a local server without TLS is not.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

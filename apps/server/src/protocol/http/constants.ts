/** Buffers that never change. */
const constants = new WeakSet<Buffer>();

/** Makes the bytes of a constant answer. Node sends a Buffer without a copy, so all answers share it. */
export function constantBytes(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  constants.add(bytes);
  return bytes;
}

export const isConstant = (payload: string | Buffer): boolean =>
  Buffer.isBuffer(payload) && constants.has(payload);

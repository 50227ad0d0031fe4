/** Bytes gathered before they are hashed and written: few calls for many small chunks, little memory each write. */
export const bufferBytes = 1 << 20;

/** How many idle buffers to keep, so that a steady stream of uploads allocates nothing. */
const idleAtMost = 16;

/** A free list of write buffers. What is given back must no longer be in use by a pending write. */
export interface BufferPool {
  take(): Buffer;
  giveBack(buffer: Buffer): void;
}

export function createBufferPool(): BufferPool {
  const idle: Buffer[] = [];
  return {
    take: () => idle.pop() ?? Buffer.allocUnsafeSlow(bufferBytes),
    giveBack: (buffer) => {
      if (idle.length < idleAtMost) idle.push(buffer);
    },
  };
}

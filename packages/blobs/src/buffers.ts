/** The buffer size in bytes: few system calls for many small chunks, and little memory per write. */
export const bufferBytes = 1 << 20;

/** The number of idle buffers to keep, so that a steady stream of uploads allocates nothing. */
const idleAtMost = 16;

/** A free list of write buffers. No pending write may still use a returned buffer. */
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

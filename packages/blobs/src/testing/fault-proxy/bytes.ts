import { Transform } from 'node:stream';

/** Passes bytes on, and runs `act` once after exactly this number. The rest waits for it. */
export function atByte(count: number, act: () => Promise<void>): Transform {
  let seen = 0;
  let hasActed = false;
  const actOnce = async () => {
    if (hasActed || seen < count) return;
    hasActed = true;
    await act();
  };
  return new Transform({
    transform(chunk: Buffer, _, done) {
      const head = hasActed ? chunk : chunk.subarray(0, count - seen);
      seen += head.length;
      if (head.length > 0) this.push(head);
      actOnce().then(() => {
        const rest = chunk.subarray(head.length);
        if (rest.length > 0) this.push(rest);
        done();
      }, done);
    },
    flush(done) {
      actOnce().then(() => done(), done);
    },
  });
}

/** Flips one bit of the byte at this offset. */
export function flipAt(offset: number, note: () => void): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      const at = offset - seen;
      seen += chunk.length;
      if (at < 0 || at >= chunk.length) return done(null, chunk);
      const flipped = Buffer.from(chunk);
      flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at);
      note();
      done(null, flipped);
    },
  });
}

/** Passes this number of bytes on, and drops the others. */
export function firstBytes(count: number): Transform {
  let left = count;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      const head = chunk.subarray(0, left);
      left -= head.length;
      done(null, head);
    },
  });
}

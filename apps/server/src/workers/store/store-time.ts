import type { Context } from '../../protocol/context.ts';

/**
 * Returns the time for judging the age of stored objects. The store dates objects by its own clock, so a probe reads
 * that clock. The earlier of both clocks makes no object older than it is.
 */
export async function storeTime({ blobs, now }: Context): Promise<Date> {
  const { key } = await blobs.write(probe());
  try {
    const { writtenAt } = await blobs.stat(key);
    return new Date(Math.min(writtenAt.getTime(), now().getTime()));
  } finally {
    await blobs.delete(key);
  }
}

async function* probe(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('the time of this store');
}

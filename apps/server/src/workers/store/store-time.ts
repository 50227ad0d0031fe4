import type { Context } from '../../protocol/context.ts';

/**
 * The time by which the age of files in the store is judged. The store times them by a clock of its own, so a probe
 * asks that clock; of two clocks the earlier one makes nothing older than it is.
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

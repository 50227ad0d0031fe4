// Compiled, not run: code that a strict browser project may contain, without the types of Node.

import { ModelBox, NotFoundError } from '@modelbox/client';

export async function use(chosen: Blob): Promise<Uint8Array | undefined> {
  const client = new ModelBox({ baseUrl: 'http://127.0.0.1:8085', fetch });
  try {
    const { version, files } = await client.resolve('ai/vision/yolo@prod');
    await client.versions.files.upload(version.id, 'notes.txt', chosen, { role: 'text' });
    return await client.versions.files.download(version.id, files[0]?.path ?? 'notes.txt').bytes();
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

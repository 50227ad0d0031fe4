// The published client: sends a file in parts, straight to the bucket.

import { randomBytes } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { ModelBox } from '@modelbox/client';
import { serveParent } from './parent.ts';

interface Settings {
  readonly url: string;
  readonly model: string;
  readonly path: string;
  readonly endpoint: string;
}

serveParent(({ url, model, path, endpoint }: Settings) => {
  let completed = 0;
  let direct = 0;
  const client = new ModelBox({
    baseUrl: url,
    fetch: async (input, init) => {
      const target = String(input instanceof Request ? input.url : input);
      if (target.startsWith(endpoint)) direct += 1;
      const answer = await fetch(input, init);
      if (target.endsWith('/complete')) completed = performance.now();
      return answer;
    },
  });
  const run = async () => {
    // Changes the content, because the client does not send content that the server has.
    const file = await open(path, 'r+');
    await file.write(randomBytes(32), 0, 32, 0);
    await file.close();
    direct = 0;
    const start = performance.now();
    await client.models.files.upload(model, `direct-${start}`, path);
    if (direct === 0) throw new Error('no part went straight to the S3 server');
    const whole = (performance.now() - start) / 1000;
    return { count: (await stat(path)).size / 2 ** 20, seconds: (completed - start) / 1000, whole };
  };
  return Promise.resolve({ url: '', run });
});

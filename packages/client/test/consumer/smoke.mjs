// Runs on each Node that the package supports: pushes and pulls a model on a server that stores one file.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelBox, NotFoundError } from '@modelbox/client';

let kept = Buffer.alloc(0);
const hash = () => createHash('sha256').update(kept).digest('hex');
const server = createServer(async (request, response) => {
  const content = Buffer.concat(await request.toArray());
  if (request.url === '/v1/models/gone') return response.writeHead(404).end('{}');
  if (request.method === 'GET') return response.writeHead(200, { etag: `"${hash()}"` }).end(kept);
  kept = content;
  return response.end(
    JSON.stringify({ path: 'm.bin', sha256: hash(), length: request.headers['content-length'] }),
  );
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

const folder = await mkdtemp(join(tmpdir(), 'modelbox-smoke-'));
const client = new ModelBox({ baseUrl: `http://127.0.0.1:${server.address().port}` });
try {
  const content = Buffer.alloc(3_000_000, 'model');
  await writeFile(join(folder, 'in.bin'), content);
  const uploaded = await client.versions.files.upload('ai/yolo:v1', 'm.bin', join(folder, 'in.bin'));
  assert.equal(uploaded.length, '3000000');
  await client.versions.files.download('ai/yolo:v1', 'm.bin').toFile(join(folder, 'out.bin'));
  assert.deepEqual(await readFile(join(folder, 'out.bin')), content);
  assert.deepEqual((await readdir(folder)).sort(), ['in.bin', 'out.bin']);
  await assert.rejects(client.models.get('gone'), NotFoundError);
} finally {
  await client.close();
  await rm(folder, { recursive: true, force: true });
  server.closeAllConnections();
  server.close();
}
process.stdout.write(`The packed client works on Node ${process.version}.\n`);

import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ChecksumError, ModelBox } from './index.ts';
import { faultServer, json } from './testing/fault-server.ts';

const nodeOwn = Object.getOwnPropertyDescriptor(process, 'getBuiltinModule') ?? {};
const content = new Uint8Array(700_001).fill(7);
const sha256 = createHash('sha256').update(content).digest('hex');

// Hides the modules of Node, which a browser lacks.
beforeEach(() => void Object.defineProperty(process, 'getBuiltinModule', { ...nodeOwn, value: undefined }));
afterEach(() => void Object.defineProperty(process, 'getBuiltinModule', nodeOwn));

test('without Node, files go in and out in memory, and are verified', async () => {
  await using server = await faultServer(
    json({ path: 'm.bin', sha256 }, 201),
    (response) => void response.writeHead(200, { etag: `"${sha256}"` }).end(content),
    (response) => void response.writeHead(200, { etag: `"${'0'.repeat(64)}"` }).end(content),
  );
  const { files } = new ModelBox({ baseUrl: server.baseUrl }).versions;
  expect((await files.upload('ai/yolo:v1', 'm.bin', new Blob([content]))).sha256).toBe(sha256);
  expect(server.arrived[0]?.body.equals(content)).toBe(true);
  expect(await files.download('ai/yolo:v1', 'm.bin').bytes()).toEqual(content);
  await expect(files.download('ai/yolo:v1', 'm.bin').bytes()).rejects.toBeInstanceOf(ChecksumError);
});

test('without Node, methods that need it fail with the reason', async () => {
  await using server = await faultServer((response) => void response.end(content));
  const { files } = new ModelBox({ baseUrl: server.baseUrl }).versions;
  await expect(files.upload('ai/yolo:v1', 'm.bin', './m.bin')).rejects.toThrow('needs Node');
  await expect(files.download('ai/yolo:v1', 'm.bin').toFile('./m.bin')).rejects.toThrow('needs Node');
});

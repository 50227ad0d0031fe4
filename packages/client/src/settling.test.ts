import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { ModelBox, ModelBoxError, TimeoutError } from './index.ts';
import { type Arrived, faultServer, json, problem } from './testing/fault-server.ts';

const content = Buffer.from('model weights');
const sha256 = createHash('sha256').update(content).digest('hex');
const options = { partsFrom: 1, maxRetries: 0 };
const upload = {
  ...{ id: 'u-1', path: 'm.bin', role: 'model', mediaType: null, sizeBytes: content.length, sha256: null },
  ...{ partSizeBytes: 5_242_880, partCount: 1, direct: false, failure: null, file: null, waitsFor: null },
};
const arrived = { items: [{ part: 1, sizeBytes: content.length, sha256 }], nextCursor: null };
const unsettled = problem(503, 'upload_unsettled', { 'retry-after': '0' });

/** A server on which an upload is open whose parts have arrived. */
const server = (answers: { parts?: () => boolean; complete?: () => boolean; isVerified?: () => boolean }) =>
  faultServer((response, request: Arrived) => {
    const { method, url } = request;
    const answer = () => {
      if (url.startsWith('/v1/uploads?'))
        return json({ items: [{ ...upload, state: 'open' }], nextCursor: null });
      if (url.includes('/parts')) return answers.parts?.() === false ? unsettled : json(arrived);
      if (method === 'POST')
        return answers.complete?.() === false ? unsettled : json({ ...upload, state: 'verifying' });
      if (answers.isVerified?.() === false)
        return json({ ...upload, state: 'verifying', completing: true, waitsFor: 'The store has not …' });
      return json({ ...upload, state: 'complete', sha256, file: { path: 'm.bin', sha256 } });
    };
    return answer()(response, request);
  });
const afterwards = (times: number) => {
  let asked = 0;
  return () => {
    asked += 1;
    return asked > times;
  };
};
const send = (baseUrl: string, more = {}) =>
  new ModelBox({ baseUrl }).models.files.upload('ai/yolo', 'm.bin', content, { ...options, ...more });

test('waits for a store that cannot list the parts, beyond the retries of a call', async () => {
  await using one = await server({
    parts: afterwards(5),
    complete: afterwards(5),
    isVerified: afterwards(3),
  });
  expect((await send(one.baseUrl)).sha256).toBe(sha256);
  expect(one.arrived.map(({ method }) => method)).not.toContain('DELETE');
  expect(one.arrived.filter(({ method }) => method === 'POST')).toHaveLength(6);
});

test.each(['complete', 'isVerified'])(
  'after settleTimeoutMs it is a TimeoutError, and the upload stays (%s)',
  async (what) => {
    await using one = await server({ [what]: () => false });
    await expect(send(one.baseUrl, { settleTimeoutMs: 100 })).rejects.toThrow(TimeoutError);
    expect(one.arrived.map(({ method }) => method)).not.toContain('DELETE');
  },
);

test('rejects an invalid settleTimeoutMs', async () => {
  await using one = await server({});
  await expect(send(one.baseUrl, { settleTimeoutMs: -1 })).rejects.toThrow(ModelBoxError);
});

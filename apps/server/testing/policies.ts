import { expect } from 'vitest';
import { decideDue } from '../src/workers/policies.ts';
import { sequence } from '../src/workers/sequencer.ts';
import { freshName } from './objects.ts';
import type { TestServer } from './test-server.ts';

export function policyTests(server: () => TestServer) {
  async function ok<B = any>(method: string, path: string, body?: unknown): Promise<B> {
    const answer = await server().api<B>(method, path, body);
    expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
    return answer.body;
  }
  return {
    ok,
    /** Decides all due policy work, and the work that the decisions cause. */
    async decideAll(): Promise<void> {
      for (let count = 1; count > 0; ) {
        count = await sequence(server().db, 10_000);
        await decideDue(server().ctx);
      }
    },
    /** Creates a model with this policy in a new namespace with a dataset `val`. */
    async modelWith(policy: object): Promise<{ id: string; namespace: string; url: string; ref: string }> {
      const namespace = freshName('ns');
      await ok('POST', '/v1/datasets', { namespace, name: 'val', digest: 'd1' });
      const { id } = await ok('POST', '/v1/models', { namespace, name: 'yolo' });
      const url = `/v1/models/${id}`;
      await ok('PUT', `${url}/policy`, policy);
      return { id, namespace, url, ref: `${namespace}/yolo` };
    },
    newVersion: (model: { url: string }, version: string, metrics: unknown, fields: object = {}) =>
      ok('POST', `${model.url}/versions`, { version, files: [], metrics, ...fields }),
    async upload(kind: 'versions' | 'checkpoints', id: string, content: string): Promise<void> {
      await ok('PUT', `/v1/${kind}/${id}/files/weights.bin`, content);
      await ok('POST', `/v1/${kind}/${id}/finalize`);
    },
    async holder(model: { url: string }, alias = 'champion'): Promise<string | null> {
      const answer = await server().api('GET', `${model.url}/aliases/${alias}`);
      return answer.status === 404 ? null : answer.body.version;
    },
  };
}

/** Allows, as an admin, the current text of every labelling rule on a protected alias. */
export async function allowRules(
  api: (method: string, path: string, body?: unknown) => Promise<{ status: number; body: any }>,
  protection: string,
): Promise<void> {
  const { body } = await api('GET', `${protection}/rules`);
  for (const { policy, digest } of body.items) {
    const answer = await api('PUT', `${protection}/rules/${policy.id}`, { digest });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  }
}

export const onVal = (value: number | string, key = 'mAP') => ({ key, value, dataset: 'val' });

export const champion = {
  name: 'best',
  alias: 'champion',
  metric: 'mAP',
  dataset: 'val',
  direction: 'max',
} as const;

import type { Subject } from '../support/server.ts';

export async function makeModel(server: Subject): Promise<((path: string) => string) & { id: string }> {
  const { id } = await server.api('POST', '/v1/models', { namespace: 'bench', name: 'transfers' });
  return Object.assign((path: string) => `${server.url}/v1/models/${id}/files/${path}`, { id });
}

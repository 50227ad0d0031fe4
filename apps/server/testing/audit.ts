import type { AuditEntry } from '@modelbox/schema';
import type { Caller } from './tokens.ts';

export async function auditOf(
  api: Caller['api'],
  query: Record<string, string | number> = {},
): Promise<AuditEntry[]> {
  const found: AuditEntry[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const search = new URLSearchParams({
      limit: '1000',
      ...Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])),
      ...(cursor ? { cursor } : {}),
    });
    const { status, body } = await api('GET', `/v1/audit?${search}`);
    if (status !== 200) throw new Error(`GET /v1/audit?${search}: ${status} ${JSON.stringify(body)}`);
    found.push(...body.items);
    cursor = body.nextCursor;
  }
  return found;
}

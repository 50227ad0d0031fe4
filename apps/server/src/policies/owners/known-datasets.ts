import type { Sql } from '@modelbox/db';
import { parseQualifiedName } from '@modelbox/domain';

export async function knownDatasets(
  sql: Sql,
  namespace: string,
  names: readonly string[],
): Promise<Map<string, { id: string; digest: string | null; namespace: string }>> {
  const wanted = [...new Set(names)].flatMap((name) => {
    const qualified = parseQualifiedName(name);
    if (qualified.ok) return [{ as: name, path: qualified.namespace, name: qualified.name }];
    return name.includes('/') ? [] : [{ as: name, path: namespace, name: name.normalize('NFC') }];
  });
  const rows = await sql<{ as: string; id: string; digest: string | null; namespace: string }>(
    `SELECT p.label AS "as", d.id, d.digest, n.path AS namespace
     FROM unnest($1::text[], $2::text[], $3::text[]) AS p (label, path, name)
     JOIN namespaces n ON n.path = p.path JOIN datasets d ON d.namespace_id = n.id AND d.name = p.name`,
    [wanted.map((each) => each.as), wanted.map((each) => each.path), wanted.map((each) => each.name)],
  );
  return new Map(rows.map(({ as, ...row }) => [as, row]));
}

import type { Line } from '../benchmark.ts';
import type { Abuse } from '../processes/abusers.ts';
import { onDatabase } from '../support/databases.ts';
import { DENIED_ROUTES } from './attacks.ts';
import { goal, total } from './lines.ts';
import type { Teams } from './teams.ts';
import type { WorkDone } from './work.ts';

export async function deniedLine(
  database: string,
  { workers }: Teams,
  work: readonly WorkDone[],
  attackers: readonly Abuse[],
): Promise<Line> {
  const answered = new Map(attackers.map(({ member, denied }) => [member, denied]));
  answered.set(
    workers.member.name,
    work.reduce((sum, { denied }) => sum + denied, 0),
  );
  const recorded = await onDatabase(database, async (client) => {
    const { rows } = await client.query<{ actor: string; count: string }>(
      `SELECT actor, sum(repeats) AS count FROM audit_events
       WHERE outcome = 'denied' AND route = ANY ($1) GROUP BY actor`,
      [DENIED_ROUTES],
    );
    return new Map(rows.map(({ actor, count }) => [actor, Number(count)]));
  });
  const lost = [...answered].reduce(
    (sum, [actor, count]) => sum + Math.max(0, count - (recorded.get(actor) ?? 0)),
    0,
  );
  return auditLine('denied attempts', total(answered), total(recorded), lost);
}

export async function readsLine(
  database: string,
  { workers }: Teams,
  work: readonly WorkDone[],
  attackers: readonly Abuse[],
): Promise<Line> {
  const given = new Set(work.flatMap(({ read }) => read).map((path) => readKey(workers.member.name, path)));
  for (const { member, read } of attackers) for (const path of read) given.add(readKey(member, path));
  const recorded = await onDatabase(database, async (client) => {
    const { rows } = await client.query<{ actor: string; object: string; name: string; route: string }>(
      `SELECT DISTINCT actor, object_id AS object, name, route FROM audit_events WHERE outcome = 'read'`,
    );
    return new Set(
      rows.map(({ actor, object, name, route }) =>
        JSON.stringify([actor, object, route.endsWith('.archive') ? 'archive' : name]),
      ),
    );
  });
  const lost = [...given].filter((each) => !recorded.has(each)).length;
  return auditLine('files and archives that were read', given.size, recorded.size, lost);
}

/** Names a read as the audit does. The audit merges repeated reads of a minute, so each read counts once. */
function readKey(actor: string, path: string): string {
  const [, object, name] = /^\/v1\/\w+\/([^/]+)\/(?:files\/)?([^?]+)/.exec(path) ?? [];
  return JSON.stringify([actor, object, name]);
}

const auditLine = (what: string, answered: number, recorded: number, lost: number): Line => ({
  what: `audit: ${what}`,
  ours: `${lost} lost of ${answered}`,
  baseline: `${recorded} recorded`,
  ratios: [],
  note: goal(lost === 0, '0 lost'),
});

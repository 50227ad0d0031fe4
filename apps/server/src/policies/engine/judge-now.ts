import type { LabelRule } from '@modelbox/domain';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import { type Judged, judge } from './label.ts';
import type { ReadSession } from './session.ts';
import { readOnly } from './snapshot.ts';

/** Evaluates the rule of an alias for a version now, without locks and without acting. Also returns the holder. */
export const judgeNow = (
  ctx: RequestContext,
  model: Located,
  alias: string,
  versionId: string,
): Promise<{
  rule: LabelRule | undefined;
  suspended?: string | undefined;
  judged: Judged | undefined;
  holder: { id: string; version: string } | undefined;
}> =>
  readOnly(ctx, model.id, async (session) => {
    if (session === undefined) return { rule: undefined, judged: undefined, holder: undefined };
    const holder = await holderOf(session, alias);
    const rule = session.policy.document.label?.find((each) => each.alias === alias);
    const judged = rule && (await judge(session, rule, versionId, holder?.id ?? null));
    return { rule, judged, holder, suspended: session.suspended.label };
  });

export async function holderOf(
  { sql, model }: ReadSession,
  alias: string,
): Promise<{ id: string; version: string } | undefined> {
  const [row] = await sql<{ id: string; version: string }>(
    `SELECT v.id, v.version FROM aliases a JOIN versions v ON v.id = a.version_id
     WHERE a.model_id = $1::uuid AND a.name = $2`,
    [model.id, alias],
  );
  return row;
}

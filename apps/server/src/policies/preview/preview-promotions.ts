import { formatReference } from '@modelbox/domain';
import type { PolicyPreview } from '@modelbox/schema';
import type { Few } from '../../core/lists/few.ts';
import { nameFault, type Promoting, wordsOf } from '../engine/act-promotion.ts';
import { promotions } from '../engine/promotions.ts';
import type { ReadSession } from '../engine/session.ts';

type Preview = PolicyPreview['promote'];

/** Adds the promotions that the rules would make now to `shown`, until it is full. */
export async function previewPromotions(session: ReadSession, shown: Few<Preview[number]>): Promise<void> {
  if (session.suspended.promote !== undefined) return;
  for await (const promoting of promotions(session, {})) {
    if (shown.isTruncated) return;
    if (!promoting.verdict.passes) continue;
    const { rule, question, experiment, name } = promoting;
    const refusal = await refusalOf(session, promoting);
    shown.add({
      rule: rule.name ?? null,
      checkpoint: question.candidate.id,
      experiment: experiment.name,
      version: name.ok ? name.name : null,
      outcome: refusal === undefined ? 'promoted' : 'refused',
      words: wordsOf(promoting, refusal),
    });
  }
}

async function refusalOf({ sql, model }: ReadSession, { name }: Promoting): Promise<string | undefined> {
  if (!name.ok) return nameFault(name.message);
  const reference = formatReference({ namespace: model.namespace, model: model.name, version: name.name });
  const [taken] = await sql(
    `SELECT 1 FROM versions WHERE model_id = $1::uuid AND version = $2::text
     UNION ALL SELECT 1 FROM retired_versions WHERE hash = sha256(convert_to($3::text, 'UTF8'))`,
    [model.id, name.name, reference],
  );
  return taken && `${reference} is or was the name of another version`;
}

import { formatReference } from '@modelbox/domain';
import type { PolicyPreview } from '@modelbox/schema';
import { Few } from '../lists/few.ts';
import { nameFault, wordsOf } from './act-promotion.ts';
import { type Promoting, promotions } from './promotions.ts';
import type { Session } from './session.ts';

type Preview = PolicyPreview['promote'];

/** Which checkpoints the rules would promote now. */
export async function previewPromotions(session: Session, limit: number, bytes: number): Promise<Preview> {
  const shown = new Few<Preview[number]>(limit, bytes);
  if (session.suspended.promote !== undefined) return [];
  for await (const promoting of promotions(session, {})) {
    if (!promoting.verdict.holds || shown.isFull) continue;
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
  return shown.items;
}

/** Why the version could not be made, as far as its name tells. */
async function refusalOf({ sql, model }: Session, { name }: Promoting): Promise<string | undefined> {
  if (!name.ok) return nameFault(name.message);
  const reference = formatReference({ namespace: model.namespace, model: model.name, version: name.name });
  const [taken] = await sql(
    `SELECT 1 FROM versions WHERE model_id = $1::uuid AND version = $2::text
     UNION ALL SELECT 1 FROM retired_versions WHERE hash = sha256(convert_to($3::text, 'UTF8'))`,
    [model.id, name.name, reference],
  );
  return taken && `${reference} is or was another version`;
}

import { faultInNewName } from '@modelbox/domain';
import type { FieldError, VersionCreate } from '@modelbox/schema';
import type { RequestContext } from '../../protocol/context.ts';
import { invalid, pointerOf } from '../../protocol/problem.ts';
import type { PointInput } from './points.ts';

/**
 * Requires that all characters of the metric keys of a new object are visible.
 * @throws HttpProblem invalid
 */
export function demandVisibleKeys(metrics: VersionCreate['metrics']): void {
  const errors = hiddenKeys(metrics ?? []).map(({ path, message }) => errorOf(path, message));
  if (errors.length > 0) throw invalid(errors);
}

/**
 * Requires the same for points of an existing object. Keys that it already has pass, so that a run can continue.
 * @throws HttpProblem invalid
 */
export async function demandVisibleNewKeys(
  ctx: RequestContext,
  objectId: string,
  points: readonly PointInput[],
): Promise<void> {
  const hidden = hiddenKeys(points);
  if (hidden.length === 0) return;
  const { rows } = await ctx.db.requests.query<{ key: string }>(
    'SELECT DISTINCT key FROM metric_series WHERE object_id = $1 AND key = ANY($2)',
    [objectId, hidden.map(({ key }) => key)],
  );
  const known = new Set(rows.map(({ key }) => key));
  const errors = hidden.filter(({ key }) => !known.has(key));
  if (errors.length > 0) throw invalid(errors.map(({ path, message }) => errorOf(path, message)));
}

interface HiddenKey {
  readonly key: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function hiddenKeys(metrics: NonNullable<VersionCreate['metrics']> | readonly PointInput[]): HiddenKey[] {
  const places = new Map<string, readonly PropertyKey[]>();
  if (Array.isArray(metrics)) {
    for (const [index, { key }] of metrics.entries()) if (!places.has(key)) places.set(key, [index, 'key']);
  } else for (const key of Object.keys(metrics)) places.set(key, [key]);
  return [...places].flatMap(([key, path]) => {
    const message = faultInNewName(key);
    return message === undefined ? [] : [{ key, path, message }];
  });
}

const errorOf = (path: readonly PropertyKey[], message: string): FieldError => ({
  in: 'body',
  pointer: pointerOf(['metrics', ...path]),
  message,
});

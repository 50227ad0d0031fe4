import { OWNER_KINDS, type OwnerKind } from '@modelbox/schema';
import type { Located } from '../../protocol/located.ts';
import { invalid } from '../../protocol/problem.ts';

export function onlyOwner(
  where: 'body' | 'query',
  touched: Readonly<Record<OwnerKind, Located | undefined>>,
): { kind: OwnerKind; object: Located } {
  const named = OWNER_KINDS.flatMap((kind) => {
    const object = touched[kind];
    return object === undefined ? [] : [{ kind, object }];
  });
  const [first] = named;
  if (first !== undefined && named.length === 1) return first;
  const wrong = named.length === 0 ? OWNER_KINDS : named.map(({ kind }) => kind);
  const message = `exactly one of ${OWNER_KINDS.join(', ')} must be given, not ${named.length}`;
  throw invalid(wrong.map((kind) => ({ in: where, pointer: `/${kind}`, message })));
}

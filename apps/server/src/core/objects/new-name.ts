import { faultInNewName } from '@modelbox/domain';
import type { FieldError } from '@modelbox/schema';
import { invalidField } from '../../protocol/problem.ts';

/**
 * Requires that all characters of a new name are visible. Call it only for new objects: existing objects with invisible
 * characters in their names must stay reachable.
 * @throws HttpProblem invalid
 */
export function demandVisible(where: FieldError['in'], pointer: string, name: string, separator?: '/'): void {
  const fault = faultInNewName(name, separator);
  if (fault !== undefined) throw invalidField(where, pointer, fault);
}

import { faultInNewName } from '@modelbox/domain';
import type { FieldError } from '@modelbox/schema';
import { invalidField } from '../../protocol/problem.ts';

/**
 * Demands that a new name shows all its characters. Call it only for an object that is made: existing objects with
 * invisible characters in their names stay reachable.
 * @throws HttpProblem invalid
 */
export function demandVisible(where: FieldError['in'], pointer: string, name: string, separator?: '/'): void {
  const fault = faultInNewName(name, separator);
  if (fault !== undefined) throw invalidField(where, pointer, fault);
}

import { faultInNewName } from '@modelbox/domain';
import type { FieldError } from '@modelbox/schema';
import { invalidField } from '../../protocol/problem.ts';

/**
 * Demands that a name that comes into being shows all its characters. Only for what is made: an object that has such a
 * name from earlier stays reachable.
 * @throws HttpProblem invalid
 */
export function demandVisible(where: FieldError['in'], pointer: string, name: string, separator?: '/'): void {
  const fault = faultInNewName(name, separator);
  if (fault !== undefined) throw invalidField(where, pointer, fault);
}

export interface Mention {
  readonly text: string;
  readonly pointer: string;
  readonly part: 'params' | 'query' | 'body';
}

export const whereOf = ({ part }: Mention) => (part === 'params' ? 'path' : part);

/** Returns each text at a place such as `body.metrics[].dataset`, with a pointer to it. */
export function mentions(at: string, input: Record<string, unknown>): Mention[] {
  const [part, ...steps] = at.split('.') as [Mention['part'], ...string[]];
  const found: Mention[] = [];
  const walk = (value: unknown, rest: string[], pointer: string): void => {
    if (value === undefined || value === null) return;
    const [step, ...later] = rest;
    if (step === undefined) {
      const text = typeof value === 'string' ? value : (value as { name: string }).name;
      found.push({ text, pointer, part });
      return;
    }
    const key = step.replace('[]', '');
    const member = (value as Record<string, unknown>)[key];
    if (!step.endsWith('[]')) walk(member, later, `${pointer}/${key}`);
    else if (Array.isArray(member))
      for (const [index, item] of member.entries()) walk(item, later, `${pointer}/${key}/${index}`);
  };
  walk(input[part], steps, '');
  return found;
}

/** Whether a request has a member such as `body.quotaBytes`, even if it is null. */
export function isGiven(member: string | undefined, input: Record<string, unknown>): boolean {
  if (member === undefined) return true;
  const [part = '', name = ''] = member.split('.');
  return (input[part] as Record<string, unknown> | undefined)?.[name] !== undefined;
}

import type { IncomingMessage } from 'node:http';
import { HttpProblem } from '../../protocol/problem.ts';

/** Headers with a single value. Node takes the first of several, and a proxy in front may have read another one. */
const SINGLE = new Set(['host', 'authorization', 'content-type']);
const LENGTHS = new Set([...SINGLE].map((name) => name.length));

/**
 * Refuses headers that a proxy in front and this server could read differently.
 * @throws HttpProblem malformed: 400
 */
export function demandSoundHeaders({ rawHeaders, headers, httpVersion }: IncomingMessage): void {
  if (headers.host === undefined && httpVersion === '1.1')
    throw new HttpProblem('malformed', 'The request has no Host header.');
  let seen: Set<string> | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const raw = rawHeaders[at] as string;
    if (!LENGTHS.has(raw.length)) continue;
    const name = raw.toLowerCase();
    if (!SINGLE.has(name)) continue;
    seen ??= new Set();
    if (seen.has(name)) {
      // The bytes that follow must not be read as another request either.
      const close = { connection: 'close' };
      throw new HttpProblem(
        'malformed',
        `The request has the header ${name} more than once. Send it once.`,
        {},
        close,
      );
    }
    seen.add(name);
  }
}

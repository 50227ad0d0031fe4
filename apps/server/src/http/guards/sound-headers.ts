import type { IncomingMessage } from 'node:http';
import { HttpProblem } from '../../protocol/problem.ts';

/** Headers that mean one thing only. Of several Node takes the first, and a proxy in front may have looked at another. */
const SINGLE = new Set(['host', 'authorization', 'content-type']);
const LENGTHS = new Set([...SINGLE].map((name) => name.length));

/**
 * Refuses headers that could mean one thing to a proxy in front and another to this server.
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
      // Nor may what comes after it be taken for another request.
      const close = { connection: 'close' };
      throw new HttpProblem('malformed', `The header ${name} must be given once.`, {}, close);
    }
    seen.add(name);
  }
}

import type { IncomingHttpHeaders } from 'node:http';
import { HttpProblem } from '../../protocol/problem.ts';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/**
 * Guards a server that is open for the local user. A page in that user's browser must not reach it, be it by DNS
 * rebinding (another Host) or across sites (another Origin); and whoever comes through a proxy is not local.
 */
export function demandLocal(headers: IncomingHttpHeaders): void {
  if (!LOOPBACK.test(headers.host ?? '')) {
    throw new HttpProblem(
      'forbidden_host',
      'This server is open for the local user: it answers only to a loopback Host.',
    );
  }
  const proxied = Object.keys(headers).find(
    (name) => name === 'forwarded' || name.startsWith('x-forwarded-'),
  );
  if (proxied !== undefined) {
    throw new HttpProblem(
      'forbidden_host',
      `This server is open for the local user: it refuses requests with ${proxied}.`,
    );
  }
  const origin = headers.origin;
  if (origin !== undefined && !LOOPBACK.test(origin.replace(/^https?:\/\//, ''))) {
    throw new HttpProblem(
      'forbidden_host',
      'This server is open for the local user: it refuses requests of other sites.',
    );
  }
}

import type { IncomingHttpHeaders } from 'node:http';
import { HttpProblem } from '../../protocol/problem.ts';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/**
 * Guards a server that is open for the local user. Pages in that user's browser must not reach it by DNS rebinding
 * (another Host) or across sites (another Origin). Requests through a proxy are not local.
 */
export function demandLocal(headers: IncomingHttpHeaders): void {
  if (!LOOPBACK.test(headers.host ?? '')) {
    throw new HttpProblem(
      'forbidden_host',
      'This server needs no token, so it answers only requests from its own machine: the Host must ' +
        'be localhost, 127.0.0.1 or [::1]. MODELBOX_AUTH=tokens opens it to other machines.',
    );
  }
  const proxied = Object.keys(headers).find(
    (name) => name === 'forwarded' || name.startsWith('x-forwarded-'),
  );
  if (proxied !== undefined) {
    throw new HttpProblem(
      'forbidden_host',
      `This server needs no token, so it refuses requests through a proxy: this one has ${proxied}. ` +
        'MODELBOX_AUTH=tokens allows proxies.',
    );
  }
  const origin = headers.origin;
  if (origin !== undefined && !LOOPBACK.test(origin.replace(/^https?:\/\//, ''))) {
    throw new HttpProblem(
      'forbidden_host',
      'This server needs no token, so it refuses requests from pages of other sites (the Origin must be loopback).',
    );
  }
}

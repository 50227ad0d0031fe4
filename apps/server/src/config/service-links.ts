import { isIP } from 'node:net';

/*
 * Kubernetes and `docker --link` set variables in every container for each service of the namespace. A service named
 * `modelbox` or `modelbox-db` sets variables that begin with MODELBOX_.
 */

const PORT = /^\d{1,5}$/;
const LINK = /^(?:tcp|udp|sctp):\/\/(?:[\w.-]+|\[[\da-f:.]+\]|[\da-f:.]+):\d{1,5}$/i;

/** Suffixes of the names, each with a check of the value (kubernetes/pkg/kubelet/envvars). */
const FORMS: readonly [name: RegExp, isValue: (value: string) => boolean][] = [
  [/_SERVICE_HOST$/, (value) => isIP(value) !== 0],
  [/_SERVICE_PORT(?:_[A-Z\d_]+)?$/, (value) => PORT.test(value)],
  [/_PORT(?:_\d{1,5}_(?:TCP|UDP|SCTP))?$/, (value) => LINK.test(value)],
  [/_PORT_\d{1,5}_(?:TCP|UDP|SCTP)_PROTO$/, (value) => /^(?:tcp|udp|sctp)$/.test(value)],
  [/_PORT_\d{1,5}_(?:TCP|UDP|SCTP)_PORT$/, (value) => PORT.test(value)],
  [/_PORT_\d{1,5}_(?:TCP|UDP|SCTP)_ADDR$/, (value) => isIP(value) !== 0],
];

/** Whether a variable is a service link. Name and value must both match, so a misspelt setting never is one. */
export const isServiceLink = (name: string, value: string): boolean =>
  FORMS.some(([form, isValue]) => form.test(name) && isValue(value));

export const serviceLinks = (env: NodeJS.ProcessEnv): string[] =>
  Object.entries(env)
    .flatMap(([name, value]) =>
      name.startsWith('MODELBOX_') && isServiceLink(name, value ?? '') ? [name] : [],
    )
    .sort();

import type { Config } from '../config/config.ts';

/** What the start says: where it listens, where the data lies, who may do what, and what to try next. */
export function greeting(config: Config, url: string): string {
  const database =
    config.databaseUrl === undefined ? 'with an embedded Postgres' : 'beside the Postgres of DATABASE_URL';
  const whoMay =
    config.auth === 'tokens'
      ? 'Whoever asks needs a token; docs/access.md says how to make the first.'
      : config.allowRemote
        ? 'Open to the network: everyone who can reach this address may read and change everything.'
        : 'Open for the local user: every user of this machine may read and change everything.';
  return `
ModelBox listens on ${url}
Data lies in ${config.dataDir}, ${database}.
${whoMay}

Try next:
  curl ${url}/readyz
  curl -X POST ${url}/v1/models -H 'Content-Type: application/json' \\
       -d '{"namespace": "ai/vision", "name": "yolo", "task": "object_detection"}'
  ${url}/docs shows the whole interface in a browser.
Ctrl-C stops it.

`;
}

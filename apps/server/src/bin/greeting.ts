import type { Config } from '../config/config.ts';

export function greeting(config: Config, url: string): string {
  const database =
    config.databaseUrl === undefined ? 'with an embedded Postgres' : 'with the Postgres of DATABASE_URL';
  const whoMay =
    config.auth === 'tokens'
      ? 'Every request needs a token. docs/access.md shows how to create the first one.'
      : config.allowRemote
        ? 'Open to the network: everyone who can reach this address may read and change everything.'
        : 'Open for the local user: every user of this machine may read and change everything.';
  return `
ModelBox listens on ${url}
The data folder is ${config.dataDir}, ${database}.
${whoMay}

Try next:
  curl ${url}/readyz
  curl -X POST ${url}/v1/models -H 'Content-Type: application/json' \\
       -d '{"namespace": "ai/vision", "name": "yolo", "task": "object_detection"}'
  ${url}/docs documents the whole API in a browser.
Press Ctrl-C to stop the server.

`;
}

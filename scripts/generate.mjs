// Generates code where its sources changed: the database client, openapi.json, the typed client.

import { turbo } from './turbo.mjs';

process.exitCode = await turbo(['generate', ...process.argv.slice(2)]);

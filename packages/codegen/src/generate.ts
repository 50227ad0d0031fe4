// Generates the OpenAPI document and the types and resources of the client from the contract. `--check` only lists
// differences, and exits with 1 if there are any.

import { generated } from './generated.ts';
import { drift, write } from './tree.ts';

const files = await generated();
if (process.argv.includes('--check')) {
  const differing = await drift(files);
  for (const path of differing) process.stderr.write(`out of date: ${path}\n`);
  if (differing.length > 0) {
    process.stderr.write('The contract has changed: run `npm run generate` and commit what it writes.\n');
    process.exitCode = 1;
  }
} else {
  const written = await write(files);
  process.stdout.write(`${written.length} of ${files.size} generated files changed.\n`);
}

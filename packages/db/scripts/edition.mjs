// Raises the edition of prisma/functions if a file there has changed: servers tell by it whose functions are newer.
// With --check it only says whether the edition is up to date.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = new URL('../../../prisma/functions/', import.meta.url);
const place = new URL('edition.json', folder);

const hash = createHash('sha256');
for (const name of readdirSync(folder)
  .filter((each) => each.endsWith('.sql'))
  .sort())
  hash.update(`${name}\n${readFileSync(new URL(name, folder), 'utf8')}\n`);
const sha256 = hash.digest('hex');

// After a merge the file may have two editions, and the next one follows both.
const before = readFileSync(place, 'utf8');
const last = Math.max(0, ...[...before.matchAll(/"edition": (\d+)/g)].map(([, number]) => Number(number)));
const isCurrent = before === text(last);

if (!isCurrent && process.argv.includes('--check')) {
  process.stderr.write(
    'Files in prisma/functions have changed. Run `npm run generate`, and commit edition.json.\n',
  );
  process.exitCode = 1;
} else if (!isCurrent) {
  writeFileSync(place, text(last + 1));
  process.stdout.write(`${fileURLToPath(place)}: edition ${last + 1}\n`);
}

function text(edition) {
  return `${JSON.stringify({ edition, sha256 }, null, 2)}\n`;
}

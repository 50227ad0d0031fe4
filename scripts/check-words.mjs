// Fails if more than one sentence in a hundred has no head, or if a line of source is too long: docs/style.md.
// `--report` prints the same and passes. Other arguments are beginnings of paths, to measure these alone.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { LONGEST_LINE, longLinesOf, sentencesOf } from './words.mjs';

/** Percent of headless sentences: some are the clearest, and a machine cannot tell which. */
const MOST_HEADLESS = 1;
const PROSE = /^(?:docs\/.*|[A-Z]+)\.md$/;
const SOURCE = /\.(?:ts|mjs|cjs|sql|prisma)$/;
/** Nobody edits generated files and applied migrations. */
const UNTOUCHABLE = /\/generated\/|^prisma\/migrations\//;

const reportOnly = process.argv.includes('--report');
const within = process.argv.slice(2).filter((arg) => !arg.startsWith('-'));

const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
});
const paths = [...new Set(listed.toString().split('\0'))]
  .filter((path) => (PROSE.test(path) || SOURCE.test(path)) && !UNTOUCHABLE.test(path))
  .filter((path) => within.length === 0 || within.some((start) => path.startsWith(start)))
  .sort();

let all = 0;
const headless = [];
const long = [];
for (const path of paths) {
  const source = read(path);
  const sentences = sentencesOf(path, source);
  all += sentences.length;
  for (const { line, text, isHeadless } of sentences)
    if (isHeadless) headless.push(`${path}:${line}: ${text.slice(0, 120)}`);
  if (SOURCE.test(path)) for (const line of longLinesOf(source)) long.push(`${path}:${line}`);
}

const percent = (100 * headless.length) / Math.max(all, 1);
const tooMany = percent > MOST_HEADLESS;
const print = (lines) => process.stdout.write(`${lines.join('\n')}\n`);
if (tooMany || reportOnly) print(headless);
const share = `${headless.length} of ${all} sentences (${percent.toFixed(2)} %, at most ${MOST_HEADLESS} %)`;
print([`${share} start with What, Who or "Of a". Start with the subject, a noun: docs/style.md.`]);
if (long.length > 0)
  print([...long, `${long.length} lines are longer than ${LONGEST_LINE} columns. Wrap them.`]);
if (!reportOnly && (tooMany || long.length > 0)) process.exitCode = 1;

/** A file that is deleted but not yet committed is listed too. */
function read(path) {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}

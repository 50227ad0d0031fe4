// Writes the tables in docs/*.md that derive from code, between their markers. `--check` writes nothing, lists outdated
// pages and exits with 1 if there are any.

import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listFields } from '../apps/server/src/app/resources.ts';
import { settingsTable } from '../apps/server/src/config/help.ts';
import { ERRORS } from '../packages/schema/src/errors.ts';
import { routeList } from '../packages/schema/src/routes.ts';
import { root } from './paths.mjs';

const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
const code = (text) => `\`${text}\``;

const TABLES = {
  settings: () => settingsTable(),
  errors: () =>
    table(
      ['code', 'status', 'meaning'],
      Object.entries(ERRORS).map(([name, [status, says]]) => [code(name), status, says]),
    ),
  fields: () =>
    table(
      ['list', 'fields', 'also'],
      Object.entries(listFields).map(([kind, schema]) => [`${kind}s`, fieldsOf(schema), extrasOf(schema)]),
    ),
  routes: () =>
    table(
      ['method', 'path', 'what it does', 'client'],
      routeList.map(({ method, path, summary, id }) => [method, code(path), summary, code(id)]),
    ),
};

/** For example `name` text, `epoch` integer?: a question mark means that the field may be missing. */
const fieldsOf = ({ fields }) =>
  Object.entries(fields)
    .map(([name, { type, nullable }]) => `${code(name)} ${type}${nullable === false ? '' : '?'}`)
    .join(', ');

const extrasOf = (schema) =>
  [
    schema.tags && 'tags',
    schema.aliases && 'aliases',
    schema.metadata && 'metadata.…',
    schema.metric && 'metrics.…',
    schema.metric && 'evaluations.…',
  ]
    .filter(Boolean)
    .map(code)
    .join(', ');

const isCheck = process.argv.includes('--check');
const differing = [];
for (const path of globSync('docs/*.md', { cwd: root })) {
  const file = join(root, path);
  const text = readFileSync(file, 'utf8');
  const filled = text.replace(
    /(<!-- (\w+): generated -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begin, name, end) => `${begin}\n${TABLES[name]().trimEnd()}\n\n${end}`,
  );
  if (filled === text) continue;
  differing.push(path);
  if (!isCheck) writeFileSync(file, filled);
}
if (isCheck && differing.length > 0) {
  process.stderr.write(
    `out of date: ${differing.join(', ')}\nRun \`npm run generate\` and commit what it writes.\n`,
  );
  process.exitCode = 1;
}

import { flagOf, SETTINGS } from './settings.ts';

/** What `--help` prints. */
export function helpText(version: string): string {
  const lines = Object.values(SETTINGS).flatMap(({ env, default: value, form, says }) => [
    `  --${flagOf(env)} <${form}>`,
    `      ${says}`,
    `      Environment: ${env}. Default: ${value ?? 'none'}.`,
  ]);
  return [
    `ModelBox ${version}: a self-hosted metadata service for machine-learning models.`,
    '',
    'Usage: npm start -- [flags]',
    '',
    'Sizes are bytes or have a unit (512KiB, 16MiB, 5TiB); durations are ISO 8601 (PT30S, P7D).',
    '',
    ...lines,
    '  -h, --help',
    '      This text.',
    '  -v, --version',
    '      The version.',
    '',
  ].join('\n');
}

/** The table in the documentation, as Markdown. */
export function settingsTable(): string {
  const rows = Object.values(SETTINGS).map(
    ({ env, default: value, form, says }) =>
      `| \`${env}\` | \`--${flagOf(env)}\` | ${form} | ${value === undefined ? 'none' : `\`${value}\``} | ${says} |`,
  );
  return ['| variable | flag | takes | default | what it is |', '|---|---|---|---|---|', ...rows, ''].join(
    '\n',
  );
}

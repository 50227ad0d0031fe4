import { flagOf, SETTINGS } from './settings.ts';

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
    'A size is a number of bytes, or has a unit (512KiB, 16MiB, 5TiB). A duration is ISO 8601 (PT30S, P7D).',
    '',
    ...lines,
    '  -h, --help',
    '      Print this text.',
    '  -v, --version',
    '      Print the version.',
    '',
  ].join('\n');
}

export function settingsTable(): string {
  const rows = Object.values(SETTINGS).map(
    ({ env, default: value, form, says }) =>
      `| \`${env}\` | \`--${flagOf(env)}\` | ${form} | ${value === undefined ? 'none' : `\`${value}\``} | ${says} |`,
  );
  return ['| variable | flag | values | default | description |', '|---|---|---|---|---|', ...rows, ''].join(
    '\n',
  );
}

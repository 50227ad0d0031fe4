#!/usr/bin/env node
import { runVerify } from '../app/verify-command.ts';
import { inUnits } from '../backup/progress.ts';
import { runCommand } from './run-command.ts';

const form = { flags: ['--full', '--json'], failure: 2 };

await runCommand('verify', form, async ({ config, has, signal, tell }) => {
  let words = '';
  for await (const record of runVerify(config, { full: has('--full'), signal, tell })) {
    if (record.type === 'report') {
      words = record.words;
      if (!record.sound) process.exitCode = 1;
    }
    if (has('--json')) process.stdout.write(`${JSON.stringify(record)}\n`);
    else if (record.type === 'finding') process.stdout.write(`${wordsOf(record)}\n`);
    else if (record.type === 'progress') tell(progressWords(record));
  }
  return has('--json') ? '' : words;
});

type RecordOf<T extends string> = Extract<
  Awaited<ReturnType<ReturnType<typeof runVerify>['next']>>['value'],
  { type: T }
>;

function progressWords({ phase, done, of, bytesRead, findings }: RecordOf<'progress'>): string {
  const total = of === null ? '' : ` of ${of}`;
  const read = bytesRead === null ? '' : `, ${inUnits(bytesRead)} read`;
  return `${phase}: ${done}${total}${read}, ${findings} findings`;
}

function wordsOf(finding: RecordOf<'finding'>): string {
  const what = `${finding.fault}: key ${finding.key}, ${finding.sizeBytes} bytes`;
  if (finding.fault === 'unknown_object') return `${what}, written at ${finding.writtenAt}`;
  const { files, file, sha256 } = finding;
  const where = file === null ? 'which no file uses' : `${file.kind} ${file.id} ${file.path}`;
  return `${what}, SHA-256 ${sha256}, ${where}${files > 1 ? ` and ${files - 1} more files` : ''}`;
}

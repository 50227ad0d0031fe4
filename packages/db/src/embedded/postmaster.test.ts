import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { boundLog } from './postmaster.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'modelbox-log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a log that is too long is moved aside while Postgres goes on writing to it', () => {
  const log = join(folder, 'postgres.log');
  boundLog(log);
  const open = openSync(log, 'a');
  writeSync(open, 'short\n');
  boundLog(log);
  expect(readFileSync(log, 'utf8')).toBe('short\n');
  for (let count = 0; count < 2; count++) {
    appendFileSync(log, Buffer.alloc(17 * 2 ** 20, 'x'));
    boundLog(log);
    writeSync(open, `after ${count}\n`);
    expect(readFileSync(log, 'utf8')).toBe(`after ${count}\n`);
    expect(statSync(`${log}.1`).size).toBeGreaterThan(17 * 2 ** 20);
  }
  closeSync(open);
});

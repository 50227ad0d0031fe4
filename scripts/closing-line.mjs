// A vitest reporter that summarizes the run in one last line.

/**
 * Prints `N passed, N failed, N skipped` after all other output. If a group of tests has `[not run: <reason>]` in its
 * title, adds the number of its tests and the reason.
 */
export default class ClosingLine {
  onTestRunEnd(files, unhandledErrors) {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    const notRun = new Map();
    for (const file of files) {
      const failedBefore = count.failed;
      for (const test of file.children.allTests()) {
        const { state } = test.result();
        count[state === 'pending' ? 'skipped' : state] += 1;
        const reason = /\[not run: ([^\]]*)\]/.exec(test.fullName)?.[1];
        if (reason && state === 'skipped') notRun.set(reason, (notRun.get(reason) ?? 0) + 1);
      }
      // A file can fail without a failed test: it did not load, or a hook threw.
      if (file.state() === 'failed' && count.failed === failedBefore) count.failed += 1;
    }
    const { passed, failed, skipped } = count;
    const why = [...notRun].map(([reason, tests]) => `; ${tests} NOT RUN: ${reason}`).join('');
    process.once('exit', () =>
      process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped${why}\n`),
    );
  }
}

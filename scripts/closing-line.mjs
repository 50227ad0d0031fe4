// A vitest reporter that says how the run went in one plain last line.

/** Prints `N passed, N failed, N skipped` when vitest has ended and said all else. */
export default class ClosingLine {
  onTestRunEnd(files, unhandledErrors) {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const file of files) {
      const failedBefore = count.failed;
      for (const test of file.children.allTests()) {
        const { state } = test.result();
        count[state === 'pending' ? 'skipped' : state] += 1;
      }
      // A file can fail without a failed test: it did not load, or a hook threw.
      if (file.state() === 'failed' && count.failed === failedBefore) count.failed += 1;
    }
    const { passed, failed, skipped } = count;
    process.once('exit', () =>
      process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`),
    );
  }
}

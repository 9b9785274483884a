// Counts the checks of a program that is not run by vitest, and prints each as a line.

export interface Tally {
  /** Runs a check. It fails if it rejects or throws, and the next ones still run. */
  attempt(name: string, check: () => unknown): Promise<void>;
  /** Prints the totals and ends the process: with 1 if a check failed. */
  finish(): never;
}

export function createTally(): Tally {
  let passed = 0;
  let failed = 0;
  return {
    async attempt(name, check) {
      try {
        await check();
        passed++;
        console.log(`✓ ${name}`);
      } catch (error) {
        failed++;
        const fault = error instanceof Error ? error.message : String(error);
        console.log(`✗ ${name}\n    ${fault.replaceAll("\n", "\n    ")}`);
      }
    },
    finish() {
      console.log(`\n${passed} passed, ${failed} failed`);
      process.exit(failed > 0 ? 1 : 0);
    },
  };
}

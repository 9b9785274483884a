// The work of an alarm, in parts that cannot stop each other.

/** What is due, by what the log says when it fails: "the outbox could not be sent". */
export type Parts = Readonly<Record<string, () => unknown>>;

/**
 * Runs every part, one after the other, whatever becomes of those before it.
 *
 * @returns Whether all of them succeeded. Never rejects.
 */
export async function runParts(
  parts: Parts,
  logFailure: (what: string, error: unknown) => void,
): Promise<boolean> {
  let succeeded = true;
  for (const [what, work] of Object.entries(parts)) {
    try {
      const pending = work();
      // What is done at once is not torn from what comes after it.
      if (pending instanceof Promise) await pending;
    } catch (error) {
      succeeded = false;
      logFailure(what, error);
    }
  }
  return succeeded;
}

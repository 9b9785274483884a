// Taken before a test fakes it.
const { setImmediate } = globalThis;

/** Lets everything that is due happen, whatever the test's clock says. */
export const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** What was rejected while `action` ran, and handled by nobody. */
export async function unhandledRejectionsOf(action: () => unknown): Promise<unknown[]> {
  const reasons: unknown[] = [];
  const listen = (reason: unknown) => reasons.push(reason);
  process.on("unhandledRejection", listen);
  try {
    await action();
    await settle();
  } finally {
    process.off("unhandledRejection", listen);
  }
  return reasons;
}

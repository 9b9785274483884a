// Read before a test fakes it.
const { setImmediate } = globalThis;

/** Lets all pending callbacks run, even if the test fakes timers. */
export const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Returns the unhandled rejections while `action` ran. */
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

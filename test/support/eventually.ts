import { vi } from "vitest";

/** A busy machine takes its time. A test that fails waits this long, so it is less than a test may take. */
const PATIENCE_MS = 15_000;

/**
 * Repeats `look` until it neither throws nor rejects, and returns its result.
 *
 * @throws What `look` threw last, after 15 seconds.
 */
export const eventually = <T>(look: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(look, { timeout: PATIENCE_MS, interval: 20 });

import assert from "node:assert/strict";

/** Reports are on their way for a moment. */
const PATIENCE_MS = 5000;

/** Waits until something is as it should be. */
export async function untilEqual<T>(look: () => T | Promise<T>, wanted: T): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
    try {
      assert.deepEqual(await look(), wanted);
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

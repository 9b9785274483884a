import assert from "node:assert/strict";

/** A report needs a moment to arrive. */
const PATIENCE_MS = 5000;

/** Waits until `look` returns the wanted value. */
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

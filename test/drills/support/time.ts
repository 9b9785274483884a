export const sleep = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));

const LOOK_EVERY_MS = 100;

/**
 * Polls until a condition holds.
 *
 * @param limit Milliseconds.
 * @returns False if the time ran out first.
 */
export async function until(holds: () => boolean | Promise<boolean>, limit: number): Promise<boolean> {
  for (const end = Date.now() + limit; !(await holds()); await sleep(LOOK_EVERY_MS)) {
    if (Date.now() > end) return false;
  }
  return true;
}

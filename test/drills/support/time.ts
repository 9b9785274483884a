export const sleep = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));

const LOOK_EVERY_MS = 100;

/**
 * Looks again and again until it is so.
 *
 * @param limit Milliseconds.
 * @returns Whether it came to be.
 */
export async function until(holds: () => boolean | Promise<boolean>, limit: number): Promise<boolean> {
  for (const end = Date.now() + limit; !(await holds()); await sleep(LOOK_EVERY_MS)) {
    if (Date.now() > end) return false;
  }
  return true;
}

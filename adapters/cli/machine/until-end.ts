import type { ExitCode } from "../work.ts";
import { LocalFailure } from "./failure.ts";

/**
 * Waits until the user wants to stop.
 *
 * @throws {LocalFailure} if workerd ends before.
 */
export async function untilEnd(
  { ended }: { readonly ended: Promise<string> },
  signal: AbortSignal,
): Promise<ExitCode> {
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
  const how = await Promise.race([ended, stopped]);
  if (how === undefined) return 0;
  throw new LocalFailure(`workerd ended by itself (${how}).`);
}

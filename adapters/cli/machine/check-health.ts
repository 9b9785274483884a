// Asks a local Worker whether its settings are complete.

import * as v from "valibot";
import { problemSchema } from "../answers.ts";
import { LocalFailure } from "./failure.ts";

const TIMEOUT_MS = 10_000;

/**
 * Resolves when the Worker at `url` can serve.
 *
 * @throws {LocalFailure} that names every setting that is missing or wrong.
 */
export async function checkHealth(url: string): Promise<void> {
  const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return;
  const { success, output } = v.safeParse(problemSchema, body);
  if (!success) throw new LocalFailure(`The Worker answers ${response.status} to GET /health.`);
  const { missing, invalid, notes = [] } = output;
  throw new LocalFailure(
    [
      "Settings of the Worker are missing or wrong:",
      ...missing.map((name) => `  ${name} is missing`),
      ...[...invalid, ...notes].map(({ name, detail }) => `  ${name} ${detail}`),
    ].join("\n"),
  );
}

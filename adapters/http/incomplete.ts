// The handler while settings are missing or wrong: it serves nothing, and every answer names them.

import { type AppConfig, type ConversionHandler, createApp, observe, respond } from "./app.ts";
import type { RateLimits } from "./ports/rate-limit.ts";
import { problem } from "./problem.ts";
import { answerPublic } from "./rate-limits.ts";
import type { SetupNote } from "./two-factor/setup-notes.ts";

/** Names of settings that are missing or wrong; never their values. */
export interface IncompleteConfiguration {
  /** The rate limits, which apply nevertheless. */
  readonly rateLimits?: RateLimits | undefined;
  readonly allowedOrigins: readonly string[];
  readonly missing: readonly string[];
  readonly invalid: readonly { readonly name: string; readonly detail: string }[];
  /** Variables that look like misspelt settings. Left out when there are none. */
  readonly notes?: readonly SetupNote[];
}

/** Makes the handler that answers every request with the names of the settings. */
export function createIncompleteHandler({
  allowedOrigins,
  rateLimits = {},
  ...incomplete
}: IncompleteConfiguration): ConversionHandler {
  const config: AppConfig = { allowedOrigins, rateLimits };
  const app = createApp(config);
  const names = [...new Set([...incomplete.missing, ...incomplete.invalid.map(({ name }) => name)])].join(
    ", ",
  );
  const log = { level: "error", hint: `missing or wrong settings: ${names}` } as const;
  const answer = problem("not-configured", { detail: `Missing or wrong: ${names}.`, ...incomplete }, {}, log);
  app.all("*", async (c) => respond(c, await answerPublic(config, c.env, answer)));
  return observe(app);
}

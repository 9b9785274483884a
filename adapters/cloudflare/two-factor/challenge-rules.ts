import type { TwoFactorConfig } from "../../http/two-factor/options.ts";
import type { LedgerSettings } from "../ledger/settings.ts";
import type { ChallengeShardRules } from "./challenge-platform.ts";

/** Challenges are kept for late codes and receipts. They hold numbers, so no longer than a day. */
const KEEP_MS = 24 * 3_600_000;

/** @param config `undefined`: the settings are wrong, and the Worker refuses every call. */
export const toChallengeRules = (
  config: TwoFactorConfig | undefined,
  { maxMegabytes }: LedgerSettings,
): ChallengeShardRules => ({
  codeSecrets: config?.codeSecrets ?? [],
  codeLength: config?.codeLength ?? 0,
  maxGuesses: config?.maxGuesses ?? 0,
  lifetime: (config?.lifetime ?? 0) * 1000,
  cooldown: (config?.cooldown ?? 0) * 1000,
  maxMessages: config?.maxMessages ?? 0,
  keep: KEEP_MS,
  maxBytes: maxMegabytes * 1_000_000,
});

// Settings that had another name in an earlier version. Ignoring an old name would silently turn the setting off.

import type { Assembled, SettingFault } from "./assemble.ts";
import type { SettingName } from "./table.ts";

/** The old names, each with the name of today. */
export const RENAMED_SETTINGS = {
  BRAKE_TOKEN: "RATE_LIMIT_TOKEN",
  BRAKE_KEY: "RATE_LIMIT_KEY",
  BRAKE_ANONYMOUS: "RATE_LIMIT_ANONYMOUS",
} as const satisfies Readonly<Record<string, SettingName>>;

/** Finds the old names that are still set; each fault names the new one. */
export function findRenamed(isGiven: Assembled["isGiven"]): SettingFault[] {
  return Object.entries(RENAMED_SETTINGS)
    .filter(([name]) => isGiven(name))
    .map(([name, now]) => ({ name, rule: `is now called ${now}; rename the binding` }));
}

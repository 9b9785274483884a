import type { PausedRoutes } from "../../http/ports/paused-routes.ts";
import type { ShardNamespace } from "../ledger/settings.ts";
import { createPausedRoutes } from "./paused-routes.ts";
import { openInsight } from "./remote-insight.ts";
import type { InsightSettings } from "./settings.ts";

/**
 * Gives the pauses of the Insight object. Nothing is asked of it unless the operator turned the pause on.
 *
 * @param namespace Of Insight, in its jurisdiction.
 */
export function createRemotePausedRoutes(
  { pause, pauseNever: never }: Pick<InsightSettings, "pause" | "pauseNever">,
  namespace: ShardNamespace | undefined,
): PausedRoutes | undefined {
  if (pause !== "pumping" || namespace === undefined) return undefined;
  const read = async () => openInsight(namespace).pauses();
  return createPausedRoutes({ read, never, now: Date.now, random: Math.random });
}

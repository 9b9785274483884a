import type { MetricsSnapshot } from "../../http/ports/insight.ts";
import type { Source } from "./sources.ts";

/** Adds up the reports that are not recorded, over all sources. */
export function sumHealth(sources: readonly Source[]): MetricsSnapshot["reports"] {
  let waiting = 0;
  let dead = 0;
  let oldestWaiting: number | null = null;
  for (const { health } of sources) {
    if (health === undefined) continue;
    waiting += health.waiting;
    dead += health.dead;
    if (health.oldestWaiting === null) continue;
    oldestWaiting = Math.min(oldestWaiting ?? health.oldestWaiting, health.oldestWaiting);
  }
  return { waiting, dead, oldestWaiting };
}

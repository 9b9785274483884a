import type { SightingStore } from "../../http/two-factor/webhook-record.ts";
import type { ShardNamespace } from "../ledger/settings.ts";
import { callObject } from "../objects.ts";
import { openSightings } from "./open-objects.ts";

/**
 * Sightings of webhooks, in their object. For minutes after a deployment it may still be one of 0.1.0, which keeps none.
 *
 * @param namespace The limits' namespace.
 */
export function createRemoteSightings(namespace: ShardNamespace): SightingStore {
  const open = () => openSightings(namespace);
  return {
    // Never twice: the first call may have been counted.
    see: (sighting) =>
      callObject(() => open().see(sighting), { object: "limits", twice: false, older: () => {} }),
    sightings: () => callObject(() => open().sightings(), { object: "limits", older: () => [] }),
  };
}

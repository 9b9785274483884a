// Sightings of webhooks have an object to themselves: the one of the limits is passed by every code.

import type { SightingStore } from "../../http/two-factor/webhook-record.ts";
import type { ShardNamespace } from "../ledger/settings.ts";
import { callObject } from "../objects.ts";
import type { SendLimitsRpc } from "./rpc.ts";

/** @param namespace Of the limits, whose class it is. */
export function createRemoteSightings(namespace: ShardNamespace): SightingStore {
  const id = namespace.idFromName("webhooks");
  const open = () => namespace.get(id as never) as SendLimitsRpc;
  // For minutes after a deployment the object may still be of 0.1.0, which saw no webhooks.
  return {
    // Not twice: it may have been counted.
    see: (sighting) =>
      callObject(() => open().see(sighting), { object: "limits", twice: false, older: () => {} }),
    sightings: () => callObject(() => open().sightings(), { object: "limits", older: () => [] }),
  };
}
